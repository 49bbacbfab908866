"""
A training that is hard to count: it runs over midnight and over the end of daylight saving, with overlapping tabs and reconnections.

In Bucharest, 24 October 2026, 23:30 (UTC+3) to 25 October, 04:30 (UTC+2): six hours, of which the clock shows five.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.models import Event, Participant

OPENED_AT = datetime(2026, 10, 24, 20, 30, tzinfo=UTC)
LENGTH_MIN = 360
ZONE = "Europe/Bucharest"

NAMES = {
    "pt_00000000000000000000000a": 'O"Neil, =cmd()',
    "pt_00000000000000000000000b": "Ștefan Țăranu 🎉",
    "pt_00000000000000000000000c": "דוד לוי",
    "pt_00000000000000000000000d": "#let x = [*y*] $z$ @t <l> \\",
}
ANA, STEFAN, DAVID, DORA = NAMES


def night(session_id: str = "se_0000000000000000000000aa") -> list[Event]:
    """Return the events; ``EXPECTED`` says what they come to."""
    log = _Log(session_id)
    log.add(0, "session_opened", room="rm_1", kind="conference", max_participants=50, record=False)
    log.joins(0, ANA, "a1")  # there all the time, in two tabs that overlap, over both changes
    log.add(0.25, "media_flowing", participant=ANA, flowing=True)
    log.connects(100, ANA, "a2", device="phone")
    log.leaves(200, ANA, "a1")
    log.joins(
        10, STEFAN, "b1"
    )  # lost three times, once across midnight in Bucharest, once across the change at 01:00 UTC
    log.add(10, "media_flowing", participant=STEFAN, flowing=True)
    log.leaves(20, STEFAN, "b1", "lost")
    log.connects(40, STEFAN, "b2")
    log.add(50, "visibility_changed", participant=STEFAN, visible=False)
    log.add(80, "visibility_changed", participant=STEFAN, visible=True)
    log.leaves(260, STEFAN, "b2", "lost")
    log.connects(275.5, STEFAN, "b3")
    log.leaves(300, STEFAN, "b3", "lost")
    log.connects(301, STEFAN, "b4")
    log.joins(54, DAVID, "c1")  # exactly 85 % of the session
    log.add(60, "visibility_changed", participant=DAVID, visible=False)
    log.joins(54 + 1 / 60, DORA, "d1")  # one second less
    for check, (at, missed) in enumerate(((90, ()), (150, (DORA,)), (240, (DORA, DAVID))), start=1):
        log.add(at, "presence_check_asked", check=check, nth=check, answer_s=60)
        for who in NAMES:
            log.add(
                at + (1 if who in missed else 0.25),
                "presence_checked",
                participant=who,
                check=check,
                answered=who not in missed,
            )
    log.add(310, "microphone_on", participant=ANA)
    log.add(320, "spoke", participant=ANA, speech_ms=61_500)
    log.add(320, "microphone_off", participant=ANA, reason="self")
    for who, connection in ((ANA, "a2"), (STEFAN, "b4"), (DAVID, "c1"), (DORA, "d1")):
        log.leaves(LENGTH_MIN, who, connection, "ended")
    log.add(LENGTH_MIN, "session_closed", reason="ended")
    return log.in_order()


EXPECTED = {  # present_s, flowing_s, visible_s, answered, asked, reconnections, spoke_s
    ANA: (360 * 60.0, (100 - 0.25) * 60, 360 * 60.0, 3, 3, 0, 61.5),
    STEFAN: ((10 + 220 + 24.5 + 59) * 60, 10 * 60.0, (10 + 190 + 24.5 + 59) * 60, 3, 3, 3, 0.0),
    DAVID: (306 * 60.0, 0.0, 6 * 60.0, 2, 3, 0, 0.0),
    DORA: (306 * 60.0 - 1, 0.0, 306 * 60.0 - 1, 1, 3, 0, 0.0),
}


def people(session_id: str = "se_0000000000000000000000aa") -> list[Participant]:
    return [
        Participant(
            id=id_,
            session_id=session_id,
            person_id=f"in_{id_[3:]}",
            name=name,
            email=f"{id_[-1]}@example.org",
            organisation="=1+1",
            salt="",
        )
        for id_, name in NAMES.items()
    ]


class _Log:
    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self._lines: list[tuple[float, str, dict[str, object]]] = []

    def add(self, at_min: float, type_: str, **payload: object) -> None:
        self._lines.append((at_min, type_, payload))

    def joins(self, at_min: float, who: str, connection: str) -> None:
        seat = {
            "participant": who,
            "person": f"in_{who[3:]}",
            "role": "participant",
            "name_commitment": "",
            "account": "",
        }
        self.add(at_min, "participant_joined", **seat)
        self.connects(at_min, who, connection)

    def connects(self, at_min: float, who: str, connection: str, device: str = "desktop") -> None:
        self.add(at_min, "connected", participant=who, connection=connection, device=device)

    def leaves(self, at_min: float, who: str, connection: str, reason: str = "closed") -> None:
        self.add(at_min, "disconnected", participant=who, connection=connection, reason=reason)

    def in_order(self) -> list[Event]:
        lines = sorted(self._lines, key=lambda line: line[0])
        return [
            Event(
                session_id=self._session_id,
                number=number,
                at=OPENED_AT + timedelta(milliseconds=round(at_min * 60_000)),
                actor="system",
                type=type_,
                payload=payload,
                previous_hash="",
                hash="",
            )
            for number, (at_min, type_, payload) in enumerate(lines, start=1)
        ]
