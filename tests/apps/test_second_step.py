"""Codes of an app, recovery codes, unfinished sign-ins, and which passwords may be chosen. The time is an argument."""

from __future__ import annotations

import pyotp
import pytest

from apps.password_rules import problem_of
from apps.second_step import (
    PENDING_LIFE_S,
    PENDING_TRIES,
    PERIOD_S,
    PendingSteps,
    matching_step,
    new_recovery_codes,
    new_totp_secret,
    picture_of,
    recovery_hash,
    setup_address,
)

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B, in base32


def test_a_code_of_the_rfc_is_right() -> None:
    assert matching_step(SECRET, "287082", now_s=59.0, after_step=0) == 1  # RFC 6238: 94287082 of eight digits


def test_a_code_counts_once_and_for_a_step_around() -> None:
    now_s = 1_800_000_000.0
    step = int(now_s // PERIOD_S)
    code = pyotp.TOTP(SECRET).generate_otp(step)
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", now_s=now_s, after_step=0) == step
    assert matching_step(SECRET, code, now_s=now_s + PERIOD_S, after_step=0) == step
    assert matching_step(SECRET, code, now_s=now_s + 2 * PERIOD_S, after_step=0) is None
    assert matching_step(SECRET, code, now_s=now_s, after_step=step) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "9" * 1000])
def test_what_is_no_code(code: str) -> None:
    assert matching_step(SECRET, code, now_s=59.0, after_step=0) is None


def test_recovery_codes_forgive_how_they_are_typed() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")
    assert recovery_hash("ac_1", typed) == recovery_hash("ac_1", codes[0])
    assert recovery_hash("ac_2", codes[0]) != recovery_hash("ac_1", codes[0])


def test_the_picture_is_svg_of_the_address() -> None:
    address = setup_address(new_totp_secret(), email="a@b.example")
    assert address.startswith("otpauth://totp/Sala:a%40b.example?")
    assert picture_of(address).startswith("<svg")


def test_an_unfinished_sign_in_ends_by_time_and_by_tries() -> None:
    now_s = 0.0
    steps = PendingSteps(lambda: now_s)
    key = steps.begin("ac_1")
    assert [steps.attempt(key) for _ in range(PENDING_TRIES + 1)] == ["ac_1"] * PENDING_TRIES + [""]
    key = steps.begin("ac_1")
    now_s = PENDING_LIFE_S
    assert steps.attempt(key) == ""
    assert steps.attempt("unknown") == ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("x" * 257, "password_too_long"),
        ("password1", "password_common"),
        ("Qwerty123", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("Giulia Verdi", "password_known"),
        ("correct horse battery", ""),
        ("пароль из слов", ""),
    ],
)
def test_which_passwords_may_be_chosen(password: str, code: str) -> None:
    problem = problem_of(password, known=("Giulia Verdi", "giulia@edil.example"))
    assert (problem.code if problem else "") == code
