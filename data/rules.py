"""
Rules of attendance as values, and the one verdict on them: console, CSV, XLSX, PDF, certificate and notebooks all ask here.

A rule is written ``present>=85%``, ``visible>=60min`` or ``answered>=2/3``; several are joined by commas, and all must hold. Verdicts
compare whole microseconds and whole counts, so that no rounding of what is shown ever decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.headings import RULE_TEXTS

State = Literal["present", "flowing", "visible", "answered"]
US_PER_MIN = 60_000_000
JUDGED = ("present_s", "flowing_s", "visible_s", "session_s", "checks_asked", "checks_answered")
"""Columns of ``ATTENDANCE`` that a verdict looks at."""

_FORM = re.compile(r"(present|flowing|visible|answered)>=(\d{1,5}(?:\.\d{1,3})?)(%|min|/(\d{1,4}))")


class RuleError(ValueError):
    """A text is not a rule."""

    code = "bad_rule"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no rule; write for example present>=85%, visible>=60min or answered>=2/3")


@dataclass(frozen=True, slots=True)
class Rule:
    """
    At least so much of a state.

    ``unit`` is ``%`` (of the session's length), ``min`` (minutes) or ``of`` (presence checks answered: ``least`` of each ``of`` that this
    person was asked; who was asked none has missed none).
    """

    state: State
    least: Fraction
    unit: Literal["%", "min", "of"]
    of: int = 0

    def __str__(self) -> str:
        amount = str(self.least) if self.least.denominator == 1 else f"{float(self.least):g}"
        return f"{self.state}>={amount}{f'/{self.of}' if self.unit == 'of' else self.unit}"

    def text(self, language: str = "en") -> str:
        """Return the rule in words."""
        amount = f"{float(self.least):g}"
        amount = amount if language == "en" else amount.replace(".", ",")
        return RULE_TEXTS[f"{self.state}{self.unit}"][language].format(least=amount, of=self.of)


def parse(text: str) -> tuple[Rule, ...]:
    """Return the rules of a text; an empty text has none. Raises ``RuleError``."""
    return tuple(_rule(part) for part in text.replace(" ", "").split(",") if part)


def _rule(text: str) -> Rule:
    found = _FORM.fullmatch(text)
    if found is None:
        raise RuleError(text)
    state, least, unit, of = found.groups()
    if (state == "answered") != (of is not None) or of == "0" or (of and Fraction(least) > int(of)):
        raise RuleError(text)
    if unit == "%" and Fraction(least) > 100:
        raise RuleError(text)
    return Rule(state, Fraction(least), "of" if of else unit, int(of or 0))  # type: ignore[arg-type]


def holds(rule: Rule, row: Mapping[str, Any]) -> bool:
    """Tell whether one row of ``ATTENDANCE`` meets a rule."""
    if rule.unit == "of":
        return int(row["checks_answered"]) * rule.of >= rule.least * int(row["checks_asked"])
    reached_us = _us(row[f"{rule.state}_s"])
    if rule.unit == "min":
        return reached_us >= rule.least * US_PER_MIN
    return reached_us * 100 >= rule.least * _us(row["session_s"])


def unmet(rules: Iterable[Rule], row: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Return the rules that one row of ``ATTENDANCE`` does not meet: the verdict. Empty: all are met."""
    return tuple(rule for rule in rules if not holds(rule, row))


def judged(frame: pd.DataFrame, rules: Iterable[Rule]) -> pd.DataFrame:
    """Return ``ATTENDANCE`` with ``present_pct``, rounded down to tenths, and, where there are rules, ``meets``."""
    asked = tuple(rules)
    made = frame.assign(
        present_pct=[share_pct(*pair) for pair in zip(frame["present_s"], frame["session_s"], strict=True)]
    )
    made["present_pct"] = made["present_pct"].astype("float64")
    if asked:
        rows: Any = frame[list(JUDGED)].to_dict("records")
        met = [not unmet(asked, row) for row in rows]
        made["meets"] = np.array(met, dtype=bool)
    return made


def share_pct(part_s: float, whole_s: float) -> float:
    """Return a share in percent, rounded down to tenths, so that what is shown never looks better than it is; 0 of nothing is 0."""
    whole_us = _us(whole_s)
    return (_us(part_s) * 1000 // whole_us) / 10 if whole_us else 0.0


def share_text(share: float, language: str) -> str:
    """Return a share with one decimal, as the language writes it."""
    text = f"{share:.1f}"
    return text if language == "en" else text.replace(".", ",")


def _us(seconds: float) -> int:
    return round(seconds * 1e6)  # exact: seconds are made of whole microseconds, below 2**53
