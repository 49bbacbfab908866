"""Settings: each is documented with its default, and none is lost or told on the way to a child process."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from apps.settings import Settings, misspelled

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `SALA_([A-Z_]+)` \| (?:`(.+?)`)? ?\| (.+) \|$", re.MULTILINE)


def shown(default: object) -> str:
    """Return a default as the page shows it."""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_every_setting_stands_in_the_docs_with_its_default_and_no_other() -> None:
    documented = {name.lower(): default for name, default, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert documented == {name: shown(field.default) for name, field in Settings.model_fields.items()}


def test_every_setting_describes_itself() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_child_process_gets_all_settings_and_secrets_are_shown_nowhere_else() -> None:
    settings = Settings(home=Path("/tmp/x"), smtp_password=SecretStr("p4ssw0rd"), metrics_token=SecretStr("t0ken"))
    assert Settings.model_validate_json(settings.to_json()) == settings
    assert "p4ssw0rd" not in repr(settings)
    assert "t0ken" not in str(settings)


def test_a_refused_value_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"port": "my-secret-value"})
    assert "my-secret-value" not in str(refused.value)


@pytest.mark.parametrize(
    "values",
    [
        {"announce": "sala.example.org"},
        {"announce": "192.0.2.1:7000"},
        {"announce_port": 70_000},
        {"ice_servers": '{"urls": "stun:x"}'},
        {"ice_servers": "stun:x"},
        {"turn_urls": "https://turn.example.org", "turn_secret": "secret"},
        {"turn_urls": "turn:user@turn.example.org", "turn_secret": "secret"},
        {"turn_urls": "turn:turn.example.org"},
    ],
)
def test_networks_that_browsers_could_not_use_stop_the_start(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(values)


def test_several_addresses_and_relays_are_read_one_by_one() -> None:
    settings = Settings.model_validate(
        {
            "announce": "203.0.113.7, 2001:db8::7,10.0.0.7",
            "turn_urls": "turn:turn.example.org:3478?transport=udp, turns:turn.example.org:443",
            "turn_secret": "secret",
        }
    )
    assert settings.announced == ("203.0.113.7", "2001:db8::7", "10.0.0.7")
    assert settings.turn_servers == ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443")


def test_a_misspelled_setting_is_named_with_the_one_that_was_meant() -> None:
    """Who believes that recordings are kept for a year must not learn after fourteen days that they are not."""
    variables = ["SALA_RECORDINGS_DAYS", "SALA_RECORDING_DAYS", "sala_port", "SALA_QQ", "HOME", "SALAD"]
    assert misspelled(variables) == [("SALA_QQ", ""), ("SALA_RECORDINGS_DAYS", "SALA_RECORDING_DAYS")]
