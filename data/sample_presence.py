"""Presence in the sample year: pages that are hidden now and then, media that flow, and *are you there?*."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from data import presence_times

if TYPE_CHECKING:
    from data.sample import Plan

CHECK_MEAN_S, CHECK_ANSWER_S = 1200, 90


def look(chance: random.Random, plan: Plan, seat: str, start_s: float, end_s: float, *, often: bool) -> None:
    """Have media flow from a moment after the beginning, and the page hidden now and then; note the stay, for presence checks."""
    plan.add(start_s + chance.uniform(0.2, 0.8), "system", "media_flowing", participant=seat, flowing=True)
    away_s = end_s if often else start_s + chance.expovariate(1 / 1500)
    while away_s < end_s - 60:
        back_s = min(away_s + chance.lognormvariate(3.5, 1), end_s - 1)
        for at_s, visible in ((away_s, False), (back_s, True)):
            plan.add(at_s, f"participant:{seat}", "visibility_changed", participant=seat, visible=visible)
        away_s = back_s + chance.expovariate(1 / 1500)
    if not often:
        plan.stays.append((seat, start_s, end_s))


def ask(chance: random.Random, plan: Plan) -> None:
    """Ask those who are there, at the times of a seed, whether they are; most answer. A public session asks nobody."""
    if plan.language != "ro":
        return
    seed, begins_s = f"{chance.getrandbits(256):064x}", 600.0
    checks_on = {"mean_s": CHECK_MEAN_S, "answer_s": CHECK_ANSWER_S, "commitment": presence_times.commitment(seed)}
    plan.add(begins_s, "system", "presence_checks_on", **checks_on)
    for number, due_s in enumerate(presence_times.due(seed, CHECK_MEAN_S), start=1):
        asked_s = begins_s + due_s + 0.1
        if asked_s + CHECK_ANSWER_S > plan.length_s:
            break
        plan.add(asked_s, "system", "presence_check_asked", check=number, nth=number, answer_s=CHECK_ANSWER_S)
        for seat in dict.fromkeys(seat for seat, start_s, end_s in plan.stays if start_s < asked_s < end_s):
            answered = chance.random() < 0.9
            at_s = asked_s + (min(chance.lognormvariate(2, 0.8), CHECK_ANSWER_S - 1) if answered else CHECK_ANSWER_S)
            actor = f"participant:{seat}" if answered else "system"
            plan.add(at_s, actor, "presence_checked", participant=seat, check=number, answered=answered)
    plan.add(plan.length_s, "system", "presence_checks_off", seed=seed)
