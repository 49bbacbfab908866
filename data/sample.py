"""
A year of trainings and public sessions, made from a seed: for notebooks, tests and trying out the console.

``python -m data.sample HOME [--seed N] [--sessions N]`` fills a new home. People and what they do are invented; the same seed gives
the same people, moments and numbers. Most come a little before the beginning; some come late, leave early, lose their
connection, open a second tab. Logs are chained and attendance is counted as if it had all happened.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from data import event_log, sample_people, sample_presence
from data.commitments import commit
from data.database import Database, open_database
from data.event_log import NewEvent
from data.ids import SessionId
from data.models import Account, Invitation, Message, Participant, Quality, Room
from data.models import Session as Opening

FIRST_DAY = date(2025, 3, 3)  # a Monday; the year holds both changes of daylight saving
REGULARS = 40  # people of one country, of whom each session draws some


@dataclass(slots=True)
class Plan:
    """What happens in one session; ``happened`` is sorted before it is written."""

    opening: Opening
    language: str
    length_s: float
    happened: list[tuple[datetime, NewEvent]] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    stays: list[tuple[str, float, float]] = field(default_factory=list)

    def add(self, at_s: float, actor: str, type_: str, **payload: Any) -> None:
        """Note an event ``at_s`` seconds after the opening."""
        self.happened.append((self.at(at_s), NewEvent(type_, actor, payload)))

    def at(self, at_s: float) -> datetime:
        return self.opening.opened_at + timedelta(milliseconds=round(at_s * 1000))


def fill(database: Database, *, seed: int = 1, sessions: int = 120) -> None:
    """Write a year of ``sessions`` sessions into an empty database."""
    chance = random.Random(seed)
    owner = sample_people.owner(chance, FIRST_DAY)
    database.run_now(lambda session: session.add(owner))
    crowds = {
        language: [sample_people.person(chance, language) for _ in range(REGULARS)] for language in sample_people.ZONES
    }
    for number in range(sessions):
        day = FIRST_DAY + timedelta(days=round(number * 363 / max(sessions, 1)))
        database.run_now(_hold, chance=chance, owner=owner, crowds=crowds, day=day)


def _hold(
    session: Session, *, chance: random.Random, owner: Account, crowds: dict[str, list[sample_people.Person]], day: date
) -> None:
    language = "ro" if chance.random() < 0.7 else "it"
    room, plan = _plan(chance, owner, language, day)
    invited = chance.sample(crowds[language], chance.randint(8, 30))
    lead = Participant(
        id=sample_people.new_id(chance, "pt"),
        session_id=plan.opening.id,
        person_id=owner.id,
        name=owner.name,
        email=owner.email,
        salt="",
    )
    _seat(chance, plan, lead, "moderator")
    _attend(chance, plan, lead.id, "desktop", came_s=0, left_s=plan.length_s, moderator=True)
    people: list[Invitation] = []
    for person in invited:
        invitation = _invitation(chance, room, plan, person)
        people.append(invitation)
        if invitation.answer == "accepted" and chance.random() < 0.95:
            _come(chance, plan, person, invitation)
    sample_presence.ask(chance, plan)
    _close(plan)
    session.add(room)
    session.flush()
    session.add(plan.opening)
    session.add_all(people)
    session.flush()
    event_log.extend(session, SessionId(plan.opening.id), plan.happened)
    session.add_all(plan.rows)


def _plan(chance: random.Random, owner: Account, language: str, day: date) -> tuple[Room, Plan]:
    begins = datetime.combine(_weekday(day), time(chance.choice((9, 10, 14))), ZoneInfo(sample_people.ZONES[language]))
    title = chance.choice(sample_people.TITLES[language])
    room = Room(
        id=sample_people.new_id(chance, "rm"),
        slug=f"sample-{chance.getrandbits(40):010x}",
        kind="conference" if language == "ro" else "tender",
        owner_id=owner.id,
        title=title,
        starts_at=begins,
        length_min=chance.choice((60, 90, 120)),
        zone=sample_people.ZONES[language],
        language=language,
        created_at=begins - timedelta(days=14),
    )
    assert room.length_min is not None
    opened_at = begins.astimezone(UTC) - timedelta(minutes=10)
    opening = Opening(id=sample_people.new_id(chance, "se"), room_id=room.id, opened_at=opened_at)
    plan = Plan(opening, language, length_s=(room.length_min + 10) * 60 + chance.gauss(0, 240))
    settings = {"room": room.id, "kind": room.kind, "max_participants": room.max_participants, "record": room.record}
    plan.add(0, f"account:{owner.id}", "session_opened", **settings)
    return room, plan


def _come(chance: random.Random, plan: Plan, person: sample_people.Person, invitation: Invitation) -> None:
    """Seat somebody, from when they come to when they go."""
    late = chance.random() < 0.1
    came_s = 600 + (chance.uniform(300, 2400) if late else chance.gauss(-120, 150))
    left_s = chance.uniform(0.4, 0.95) * plan.length_s if chance.random() < 0.08 else plan.length_s
    came_s = min(max(came_s, 5.0), left_s - 60)
    seat = Participant(
        id=sample_people.new_id(chance, "pt"),
        session_id=plan.opening.id,
        person_id=invitation.id,
        name=person.name,
        email=person.email,
        organisation=person.organisation,
        salt=f"{chance.getrandbits(128):032x}",
    )
    _seat(chance, plan, seat, "participant", at_s=came_s)
    _attend(chance, plan, seat.id, person.device, came_s=came_s, left_s=left_s)


def _seat(chance: random.Random, plan: Plan, seat: Participant, role: str, at_s: float = 0) -> None:
    seat.salt = seat.salt or f"{chance.getrandbits(128):032x}"
    commitment = commit(salt=seat.salt, text=seat.name)
    account = "moderator" if role == "moderator" else ""
    who = {"participant": seat.id, "person": seat.person_id, "role": role}
    plan.add(at_s, f"participant:{seat.id}", "participant_joined", **who, name_commitment=commitment, account=account)
    plan.rows.append(seat)


def _attend(
    chance: random.Random,
    plan: Plan,
    seat: str,
    device: str,
    *,
    came_s: float,
    left_s: float,
    moderator: bool = False,
) -> None:
    actor = f"participant:{seat}"
    for start_s, end_s, reason in _stays(chance, came_s, left_s, ends=left_s == plan.length_s):
        connection = sample_people.new_id(chance, "cn")
        who = {"participant": seat, "connection": connection}
        plan.add(start_s, actor, "connected", **who, device=device)
        _speak(chance, plan, seat, start_s, end_s, often=moderator)
        sample_presence.look(chance, plan, seat, start_s, end_s, often=moderator)
        if chance.random() < 0.03 and end_s - start_s > 120:  # a second tab takes over
            at_s, newer = chance.uniform(start_s + 60, end_s - 30), sample_people.new_id(chance, "cn")
            plan.add(at_s, actor, "disconnected", **who, reason="replaced")
            plan.add(
                at_s, actor, "connected", participant=seat, connection=newer, device=chance.choice(("phone", device))
            )
            who = {"participant": seat, "connection": newer}
        plan.add(end_s, "system" if reason in ("lost", "ended") else actor, "disconnected", **who, reason=reason)
        plan.rows.extend(_measured(chance, plan, seat, start_s, end_s))
    _write(chance, plan, seat, came_s, left_s)


def _stays(chance: random.Random, came_s: float, left_s: float, *, ends: bool) -> Iterator[tuple[float, float, str]]:
    """Yield from when to when somebody was connected, and why it ended: a lost connection comes back after a while."""
    start_s = came_s
    while chance.random() < 0.12 and left_s - start_s > 600:
        lost_s = chance.uniform(start_s + 120, left_s - 300)
        yield start_s, lost_s, chance.choice(("lost", "lost", "closed"))
        start_s = min(lost_s + chance.lognormvariate(3, 1), left_s - 60)
    yield start_s, left_s, "ended" if ends else chance.choice(("left", "left", "closed"))


def _speak(chance: random.Random, plan: Plan, seat: str, start_s: float, end_s: float, *, often: bool) -> None:
    actor = f"participant:{seat}"
    for source, likely, share in (("microphone", 0.25, 0.1), ("camera", 0.4, 0.6), ("screen", 0.0, 0.4)):
        if chance.random() < (0.95 if often else likely):
            on_s = chance.uniform(start_s, start_s + (end_s - start_s) * 0.3)
            off_s = end_s if often else on_s + chance.uniform(0.2, 1) * share * (end_s - on_s)
            plan.add(on_s, actor, f"{source}_on", participant=seat)
            if source == "microphone":
                speech_ms = round((off_s - on_s) * 1000 * chance.uniform(0.3, 0.8))
                plan.add(off_s, "system", "spoke", participant=seat, speech_ms=speech_ms)
            plan.add(off_s, actor, f"{source}_off", participant=seat, reason="left" if often else "self")


def _write(chance: random.Random, plan: Plan, seat: str, came_s: float, left_s: float) -> None:
    """Raise hands and chat now and then."""
    actor = f"participant:{seat}"
    if chance.random() < 0.2:
        up_s = chance.uniform(came_s, left_s - 30)
        plan.add(up_s, actor, "hand_raised", participant=seat)
        plan.add(min(up_s + chance.expovariate(1 / 60), left_s), actor, "hand_lowered", participant=seat)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        at_s, text = chance.uniform(came_s, left_s), chance.choice(sample_people.MESSAGES[plan.language])
        message = Message(
            id=sample_people.new_id(chance, "ms"),
            session_id=plan.opening.id,
            participant_id=seat,
            text=text,
            salt=f"{chance.getrandbits(128):032x}",
            sent_at=plan.at(at_s),
        )
        sent = {"message": message.id, "participant": seat, "to": "everyone"}
        plan.add(at_s, actor, "message_sent", **sent, commitment=commit(salt=message.salt, text=text))
        plan.rows.append(message)


def _measured(chance: random.Random, plan: Plan, seat: str, start_s: float, end_s: float) -> Iterator[Quality]:
    """Yield a row for every fifth minute: enough for a picture, small enough to ship."""
    bad = chance.random() < 0.1
    for at_s in range(int(start_s) + 10, int(end_s), 300):
        yield Quality(
            session_id=plan.opening.id,
            participant_id=seat,
            at=plan.at(at_s),
            up_bps=int(chance.lognormvariate(11, 0.6)),
            down_bps=int(chance.lognormvariate(13.5, 0.5)),
            up_loss_pct=round(chance.expovariate(1 / (4 if bad else 0.2)), 2),
            down_loss_pct=round(chance.expovariate(1 / (4 if bad else 0.2)), 2),
            round_trip_ms=round(chance.lognormvariate(4.8 if bad else 3.4, 0.4), 1),
            jitter_ms=round(chance.lognormvariate(2.5 if bad else 1.2, 0.5), 1),
        )


def _close(plan: Plan) -> None:
    plan.happened.sort(key=lambda event: event[0])
    plan.opening.closed_at = plan.happened[-1][0]
    plan.happened.append((plan.opening.closed_at, NewEvent("session_closed", "system", {"reason": "ended"})))


def _invitation(chance: random.Random, room: Room, plan: Plan, person: sample_people.Person) -> Invitation:
    answer = chance.choices(("accepted", "declined", ""), (85, 8, 7))[0]
    invited_at = room.created_at + timedelta(hours=1)
    return Invitation(
        id=sample_people.new_id(chance, "in"),
        room_id=room.id,
        email=person.email,
        name=person.name,
        language=plan.language,
        token_hash=f"{chance.getrandbits(256):064x}",
        invited_at=invited_at,
        mail_state="sent",
        sent_at=invited_at + timedelta(minutes=1),
        answer=answer,
        answered_at=invited_at + timedelta(hours=chance.uniform(0.1, 200)) if answer else None,
    )


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def main(arguments: list[str] | None = None) -> None:
    """Fill the home folder named on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m data.sample", description="Fill a new home with a year of trainings."
    )
    parser.add_argument("home", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=120)
    chosen = parser.parse_args(arguments)
    with open_database(chosen.home) as database:
        fill(database, seed=chosen.seed, sessions=chosen.sessions)


if __name__ == "__main__":
    main()
