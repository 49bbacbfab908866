"""
The order of the floor, held against a reference model that keeps waiting lines as people would: 200 requests from 12 people of 5 organisations.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.live import commands as cmd
from apps.live import commands_tender as ten
from apps.live import events_tender as ev
from apps.live.evolve import evolve
from apps.live.floor_queue import queue, used_by_organisation
from data.ids import ParticipantId
from data.lots import lot_order
from data.presence_times import commitment
from tests.apps.live.session import CHAIR, Led, tender_of

REQUESTS = 200
PEOPLE = tuple(
    ParticipantId(f"{firm}.p{n}") for firm, size in zip("abcde", (4, 3, 2, 2, 1), strict=True) for n in range(size)
)


@dataclass
class Reference:
    """Lines of people at a door, one line for each organisation; who is next is looked for one after the other."""

    policy: str
    lines: dict[str, list[ParticipantId]] = field(default_factory=dict)
    arrivals: list[ParticipantId] = field(default_factory=list)
    lot: list[ParticipantId] = field(default_factory=list)
    heard_ms: dict[str, int] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)

    def raised(self, who: ParticipantId) -> None:
        self.arrivals.append(who)
        self.lines.setdefault(who[0], []).append(who)

    def lowered(self, who: ParticipantId) -> None:
        self.arrivals.remove(who)
        self.lines[who[0]].remove(who)

    def had_the_floor(self, who: ParticipantId, ms: int) -> None:
        self.heard_ms[who[0]] = self.heard_ms.get(who[0], 0) + ms
        self.turns[who[0]] = self.turns.get(who[0], 0) + 1

    def order(self) -> list[ParticipantId]:
        if self.policy == "arrival":
            return list(self.arrivals)
        if self.policy == "lot":
            drawn = [who for who in self.lot if who in self.arrivals]
            return drawn + [who for who in self.arrivals if who not in drawn]
        rounds: list[ParticipantId] = []
        lines = {firm: list(line) for firm, line in self.lines.items() if line}
        while lines:  # one round: each organisation sends the first of its line
            firms = sorted(lines, key=lambda firm: self.arrivals.index(lines[firm][0]))
            firms.sort(key=lambda firm: (self.heard_ms.get(firm, 0), self.turns.get(firm, 0)))
            rounds += [lines[firm].pop(0) for firm in firms]
            lines = {firm: line for firm, line in lines.items() if line}
        return rounds


def give_the_floor(led: Led, model: Reference, who: ParticipantId, ms: int) -> None:
    led.done(ten.GrantFloor(participant=who), CHAIR)
    over = ev.FloorEnded(participant=who, reason="moderator", used_ms=ms)  # as the Hub writes it, measured
    led.now += timedelta(milliseconds=ms)
    led.state = evolve(led.state, over, at=led.now)
    model.lowered(who)
    model.had_the_floor(who, ms)


@pytest.mark.parametrize("policy", ["arrival", "organisation", "lot"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_queue_is_that_of_the_reference_model(policy: str, seed: int) -> None:
    chance = random.Random(seed)
    led = tender_of(*PEOPLE, policy=ten.NotePolicy(policy=policy, commitment=commitment("0")))
    model, requests, draws = Reference(policy), 0, 0
    while requests < REQUESTS:
        down = [who for who in PEOPLE if who not in model.arrivals]
        what = chance.random()
        if down and what < 0.6:
            who = chance.choice(down)
            led.done(cmd.RaiseHand(), who)
            model.raised(who)
            requests += 1
        elif model.arrivals and what < 0.9:
            first = model.order()[0] if chance.random() < 0.8 else chance.choice(model.arrivals)
            give_the_floor(led, model, first, chance.randrange(0, 90_000, 20))
        elif model.arrivals and what < 0.95:
            who = chance.choice(model.arrivals)
            led.done(
                cmd.LowerHand() if what < 0.92 else ten.RefuseFloor(participant=who), who if what < 0.92 else CHAIR
            )
            model.lowered(who)
        elif policy == "lot" and model.arrivals:
            led.done(ten.NoteLot(seed=str(draws), next_commitment=commitment(str(draws + 1))), CHAIR)
            model.lot = list(lot_order(str(draws), model.arrivals))
            draws += 1
        assert list(queue(led.state)) == model.order()
    assert {firm: used.used_ms for firm, used in used_by_organisation(led.state).items()} == model.heard_ms


def test_whoever_was_heard_least_goes_first_and_nobody_gets_ahead_by_numbers() -> None:
    led = tender_of(*PEOPLE, policy=ten.NotePolicy(policy="organisation"))
    model = Reference("organisation")
    for who in ("a.p0", "a.p1", "a.p2", "b.p0", "c.p0"):
        led.done(cmd.RaiseHand(), who)
        model.raised(ParticipantId(who))
    assert queue(led.state) == ("a.p0", "b.p0", "c.p0", "a.p1", "a.p2")
    give_the_floor(led, model, ParticipantId("a.p0"), 60_000)
    assert queue(led.state) == ("b.p0", "c.p0", "a.p1", "a.p2")
