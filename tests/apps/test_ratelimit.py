"""Limits: pure, with the time as an argument."""

from __future__ import annotations

from apps.ratelimit import Lockout, TokenBucket, WindowLimit, address_key, is_loopback


def test_a_bucket_gives_its_burst_then_its_rate() -> None:
    bucket = TokenBucket(per_s=2.0, burst=3.0)
    assert [bucket.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(10.5), bucket.take(10.5)] == [True, False]
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_a_bucket_survives_a_clock_that_stands_or_goes_back() -> None:
    bucket = TokenBucket(per_s=1.0, burst=1.0)
    assert bucket.take(10.0)
    assert not bucket.take(9.0)
    assert bucket.take(10.1)


def test_a_window_counts_each_key_for_itself() -> None:
    limit = WindowLimit(limit=2, window_s=10.0)
    for at_s in (0.0, 1.0):
        assert limit.allows("a", at_s)
        limit.count("a", at_s)
    assert not limit.allows("a", 9.9)
    assert limit.allows("b", 9.9)
    assert limit.allows("a", 10.1)


def test_a_window_forgets_the_oldest_key_when_it_is_full() -> None:
    limit = WindowLimit(limit=1, window_s=1000.0, max_keys=3)
    for number in range(4):
        limit.count(f"key{number}", float(number))
    assert limit.allows("key0", 4.0)
    assert not limit.allows("key3", 4.0)


def test_five_failures_lock_and_each_further_one_doubles_the_wait() -> None:
    lockout = Lockout(limit=5, window_s=900.0, first_delay_s=60.0)
    for at_s in range(4):
        lockout.fail("a", float(at_s))
        assert lockout.wait_s("a", float(at_s)) == 0.0
    now_s, waits = 4.0, []
    for _ in range(6):
        lockout.fail("a", now_s)
        waits.append(lockout.wait_s("a", now_s))
        now_s += waits[-1]
    assert waits == [60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    assert lockout.wait_s("b", now_s) == 0.0


def test_success_and_long_quiet_start_over() -> None:
    lockout = Lockout(limit=2, window_s=100.0, first_delay_s=10.0)
    lockout.fail("a", 0.0)
    lockout.succeed("a")
    lockout.fail("a", 1.0)
    assert lockout.wait_s("a", 1.0) == 0.0
    lockout.fail("a", 2.0)
    assert lockout.wait_s("a", 2.0) == 10.0
    lockout.fail("a", 200.0)
    assert lockout.wait_s("a", 200.0) == 0.0


def test_slow_failures_never_lock() -> None:
    lockout = Lockout(limit=2, window_s=100.0, first_delay_s=10.0)
    for at_s in (0.0, 101.0, 202.0):
        lockout.fail("a", at_s)
        assert lockout.wait_s("a", at_s) == 0.0


def test_one_household_has_one_key() -> None:
    assert address_key("2001:db8:1:2:aaaa::1") == address_key("2001:db8:1:2:bbbb::9")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
    assert address_key("::ffff:192.0.2.7") == address_key("192.0.2.7")
    assert address_key("not an address") == "not an address"


def test_loopback_is_recognised() -> None:
    assert all(is_loopback(ip) for ip in ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"))
    assert not any(is_loopback(ip) for ip in ("192.0.2.7", "::ffff:192.0.2.7", "", "localhost"))
