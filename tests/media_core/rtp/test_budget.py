"""A downlink is divided by importance, never beyond what it carries, and without going to and fro."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.budget import UP_MARGIN, Request, divide
from media_core.rtp.layers import Layer, Step, ladder

LAYERS = (Layer("l", 150_000, 180, True), Layer("m", 450_000, 360, True), Layer("h", 1_200_000, 720, True))
STAGE, THUMBNAIL = Request(ladder(LAYERS, shown_px=720), stage=True), Request(ladder(LAYERS, shown_px=180))


def rids(chosen: list[Step | None]) -> list[str]:
    return ["-" if step is None else step.rid for step in chosen]


def test_everybody_gets_what_is_shown_where_there_is_room() -> None:
    assert rids(divide([STAGE, THUMBNAIL, THUMBNAIL], 5_000_000)) == ["h", "l", "l"]


def test_the_stage_comes_before_small_pictures() -> None:
    assert rids(divide([STAGE, THUMBNAIL, THUMBNAIL], 520_000)) == ["m", "l", "-"]
    assert rids(divide([STAGE, THUMBNAIL, THUMBNAIL], 900_000)) == ["m", "l", "l"]
    assert rids(divide([STAGE, THUMBNAIL, THUMBNAIL], 60_000)) == ["l", "-", "-"]


def test_frame_rate_falls_before_size() -> None:
    chosen = divide([STAGE], 350_000)[0]
    assert chosen is not None
    assert (chosen.rid, chosen.tid) == ("m", 1)


def test_nothing_is_shown_without_room_and_the_stage_shows_something_with_little() -> None:
    assert divide([STAGE, THUMBNAIL], 0) == [None, None]
    assert rids(divide([STAGE], 40_000)) == ["l"]


BUDGETS = st.integers(0, 4_000_000)
REQUESTS = st.builds(
    lambda stage, thumbnails: [Request(STAGE.steps, stage=True)] * stage + [THUMBNAIL] * thumbnails,
    st.integers(0, 1),
    st.integers(0, 8),
)


@given(requests=REQUESTS, budget_bps=BUDGETS)
def test_the_budget_is_kept(requests: list[Request], budget_bps: int) -> None:
    chosen = divide(requests, budget_bps)
    assert len(chosen) == len(requests)
    spent_bps = sum(step.bps for step in chosen if step is not None)
    assert spent_bps <= max(budget_bps, STAGE.steps[0].bps)


@given(budget_bps=st.integers(100_000, 4_000_000), jitter=st.floats(1.0, UP_MARGIN - 0.01))
def test_a_budget_that_trembles_takes_nothing_back(budget_bps: int, jitter: float) -> None:
    first = divide([STAGE], budget_bps)[0]
    assert first is not None
    held = Request(STAGE.steps, stage=True, held=(first.rid, first.tid))
    assert divide([held], int(budget_bps / jitter)) == [first]


@given(requests=REQUESTS, budget_bps=BUDGETS, more_bps=BUDGETS)
def test_more_room_never_makes_the_stage_worse(requests: list[Request], budget_bps: int, more_bps: int) -> None:
    if not requests or not requests[0].stage:
        return
    few, many = divide(requests, budget_bps)[0], divide(requests, budget_bps + more_bps)[0]
    assert (0 if few is None else few.bps) <= (0 if many is None else many.bps)
