"""Names as people see them."""

from __future__ import annotations

import pytest

from apps.live.names import clean, skeleton
from apps.live.roster import Roster
from data.ids import ParticipantId, PersonId


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("  Ana \t Pop ", "Ana Pop"),
        ("Ștefan Țîrlea", "Ștefan Țîrlea"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("line\nbreak\x00", "linebreak"),
        ("ﬁlm", "film"),
        ("x" * 300, "x" * 120),
        ("<b>Ana</b>", "<b>Ana</b>"),
    ],
)
def test_a_name_is_cleaned_of_what_could_deceive(name: str, seen: str) -> None:
    assert clean(name) == seen


def test_names_that_look_alike_have_one_skeleton() -> None:
    assert skeleton("Ana Popescu") == skeleton("ana  РОРЕSСU") == skeleton("Ană Popescu")
    assert skeleton("Ana") != skeleton("Anna")


def test_badges_count_those_of_one_look_in_order_of_entry() -> None:
    roster = Roster()
    for number, name in enumerate(["Ana", "Bob", "ANA", "Ana"]):
        roster.add(ParticipantId(f"pt_{number}"), PersonId(f"in_{number}"), name)
    assert [entry.badge for entry in roster.entries.values()] == ["", "", "2", "3"]
    assert roster.add(ParticipantId("pt_0"), PersonId("in_0"), "Another").name == "Ana"
    assert roster.name_of_actor("participant:pt_1") == "Bob"
    assert roster.name_of_actor("system") is None
