from media_core.rtp.keyframe import KeyframeRequests


def test_ten_subscribers_cost_one_pli() -> None:
    requests = KeyframeRequests(retry_s=0.5)
    for _ in range(10):
        requests.want()
    assert [requests.pli_due(now_s) for now_s in (0.0, 0.1, 0.4)] == [True, False, False]


def test_pli_is_repeated_until_a_keyframe_comes() -> None:
    requests = KeyframeRequests(retry_s=0.5)
    requests.want()
    assert [requests.pli_due(0.0), requests.pli_due(0.6)] == [True, True]
    requests.keyframe_received()
    assert not requests.pli_due(1.2)


def test_a_wish_right_after_a_keyframe_waits_its_turn() -> None:
    requests = KeyframeRequests(retry_s=0.5)
    requests.want()
    assert requests.pli_due(10.0)
    requests.keyframe_received()
    requests.want()
    assert [requests.pli_due(10.1), requests.pli_due(10.5)] == [False, True]


def test_nobody_wants_nothing_is_sent() -> None:
    assert not KeyframeRequests().pli_due(3.0)
