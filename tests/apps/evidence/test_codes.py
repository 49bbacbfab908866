"""Codes of certificates: typed as people type, made by this Sala's key alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.evidence.codes import code_of, participant_of
from data.ids import ParticipantId, new_id

KEY = "a key of this Sala"


@given(hexes=st.text("0123456789abcdef", min_size=24, max_size=24))
def test_a_code_leads_back_however_it_is_typed(hexes: str) -> None:
    participant = ParticipantId(f"pt_{hexes}")
    code = code_of(KEY, participant)
    assert len(code.split("-")) == 8
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "O").replace("1", "l")):
        assert participant_of(KEY, typed) == participant
    assert participant_of("another key", code) is None


@given(place=st.integers(0, 31), letter=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_letter_is_no_code(place: int, letter: str) -> None:
    code = code_of(KEY, ParticipantId("pt_" + "5a" * 12)).replace("-", "")
    changed = code[:place] + letter + code[place + 1 :]
    assert (participant_of(KEY, changed) is not None) is (changed == code)


@pytest.mark.parametrize("typed", ["", "X", "é" * 32, "U" * 32, "0" * 31, "0" * 33])
def test_what_is_no_code_is_nobody(typed: str) -> None:
    assert participant_of(KEY, typed) is None


def test_only_real_ids_have_codes() -> None:
    code_of(KEY, ParticipantId(new_id("pt")))
    with pytest.raises(ValueError, match="participant"):
        code_of(KEY, ParticipantId("pt_1"))
