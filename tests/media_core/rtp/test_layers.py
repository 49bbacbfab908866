"""Layers: which steps make sense, which layers a browser should send, and temporal layers left out without a decoder noticing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.layers import (
    ALL_TEMPORAL,
    SILENT_S,
    SWITCH_OFF_AFTER_S,
    Layer,
    LayerCost,
    LayerDemand,
    LayerSilence,
    RateMeter,
    TemporalFilter,
    ladder,
)

LOW, MIDDLE, HIGH = Layer("l", 150_000, 180, True), Layer("m", 450_000, 360, True), Layer("h", 1_200_000, 720, True)


def test_a_ladder_climbs_and_ends_at_what_is_shown() -> None:
    steps = ladder((HIGH, LOW, MIDDLE), shown_px=0)
    assert [step.bps for step in steps] == sorted(step.bps for step in steps)
    assert [(step.rid, step.tid) for step in steps] == [
        ("l", 0), ("l", 1), ("l", 3), ("m", 1), ("m", 3), ("h", 1), ("h", 3)
    ]  # fmt: skip
    assert {step.rid for step in ladder((LOW, MIDDLE, HIGH), shown_px=180)} == {"l"}
    assert {step.rid for step in ladder((LOW, MIDDLE, HIGH), shown_px=400)} == {"l", "m"}
    assert {step.rid for step in ladder((LOW, MIDDLE, HIGH), shown_px=900)} == {"l", "m", "h"}


def test_a_picture_that_comes_alone_is_one_step() -> None:
    assert [(step.rid, step.tid) for step in ladder((Layer("", 900_000, 720),), shown_px=90)] == [("", ALL_TEMPORAL)]


def test_layers_are_switched_on_at_once_and_off_after_a_while() -> None:
    demand = LayerDemand(("l", "m", "h"))
    assert not demand.update(frozenset({"h"}), 0.0)  # all are on
    assert demand.update(frozenset({"h"}), SWITCH_OFF_AFTER_S)
    assert demand.active == {"l", "h"}  # the smallest stays for whoever's line becomes narrow
    assert demand.update(frozenset({"m"}), SWITCH_OFF_AFTER_S + 0.1)
    assert demand.active == {"l", "m", "h"}
    assert not demand.update(frozenset(), SWITCH_OFF_AFTER_S + 1)
    assert demand.update(frozenset(), 3 * SWITCH_OFF_AFTER_S)
    assert demand.active == frozenset()


def test_a_layer_that_stops_is_told_from_a_camera_that_rests() -> None:
    silence = LayerSilence()
    silence.update(10, 10, 0.0)
    silence.update(10, 10, 5.0)
    assert not silence.stopped  # its siblings rest too
    silence.update(10, 16, 5.4)
    assert silence.stopped
    silence.update(11, 17, 5.6)
    assert not silence.stopped
    silence.update(11, 19, 5.6 + SILENT_S + 0.1)
    assert silence.stopped


# tid, layer_sync of the pattern that libvpx uses for three temporal layers
PATTERN = ((0, False), (2, True), (1, True), (2, False), (0, False), (2, False), (1, False), (2, False))


@given(limits=st.lists(st.sampled_from((0, 1, ALL_TEMPORAL)), min_size=1, max_size=60))
def test_no_picture_is_shown_whose_reference_was_left_out(limits: list[int]) -> None:
    thinning = TemporalFilter()
    whole = 2
    """All pictures up to this temporal layer came since the last point where nothing older is needed."""
    for place, limit in enumerate(limits * 3):
        tid, layer_sync = PATTERN[place % len(PATTERN)]
        keyframe = place == 0
        thinning.limit = limit
        passed = thinning.passes(tid=tid, starts_frame=True, keyframe=keyframe, layer_sync=layer_sync)
        if passed:
            assert keyframe or layer_sync or tid <= whole
            whole = 2 if keyframe else max(whole, tid)
        else:
            whole = min(whole, tid - 1)
        assert passed or tid > 0


def test_packets_of_one_picture_share_its_fate() -> None:
    thinning = TemporalFilter(limit=0)
    assert thinning.passes(tid=0, starts_frame=True, keyframe=False, layer_sync=False)
    thinning.limit = ALL_TEMPORAL
    assert not thinning.passes(tid=2, starts_frame=False, keyframe=False, layer_sync=True)
    assert thinning.passes(tid=2, starts_frame=True, keyframe=False, layer_sync=True)
    assert thinning.passes(tid=2, starts_frame=False, keyframe=False, layer_sync=False)


def test_a_rate_is_measured_over_time() -> None:
    meter, total_bytes = RateMeter(), 0
    for tick in range(40):
        meter.update(total_bytes, tick * 0.2)
        total_bytes += 12_500  # in 0.2 s: 500 kbit/s
    assert abs(meter.bps - 500_000) < 5_000


def test_a_layer_that_pauses_costs_what_it_did() -> None:
    cost, total_bytes = LayerCost(1_200_000), 0
    for tick in range(20):
        cost.update(total_bytes, tick * 0.5)
        total_bytes += 62_500  # in 0.5 s: 1 Mbit/s
    assert abs(cost.bps - 1_000_000) < 50_000
    learnt_bps = cost.bps
    for tick in range(20, 30):
        cost.update(total_bytes - 62_500, tick * 0.5)
    assert cost.bps == learnt_bps
    cost.update(total_bytes, 15.0)  # it begins again, with a part of half a second
    assert cost.bps > 900_000


def test_a_layer_costs_the_usual_until_it_was_measured() -> None:
    cost = LayerCost(450_000)
    cost.update(0, 0.0)
    assert cost.bps == 450_000
    cost.update(2_000, 0.5)  # its first packets
    assert cost.bps > 400_000
