"""Checks are read as aioice reads them, and the answer is, byte for byte, what aioice would write."""

from __future__ import annotations

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media_core.webrtc.checks import binding_response, keyed, proves, read_check, transaction_of

FINGERPRINT_BYTES = 8
hosts = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
transactions = st.binary(min_size=12, max_size=12)
keys = st.binary(min_size=1, max_size=64)
words = st.text(st.characters(codec="ascii", exclude_characters=":"), max_size=40)
attributes = st.fixed_dictionaries(
    {},
    optional={
        "USERNAME": st.tuples(words, words).map(":".join),
        "PRIORITY": st.integers(0, 2**32 - 1),
        "ICE-CONTROLLING": st.integers(0, 2**64 - 1),
        "SOFTWARE": words,
        "USE-CANDIDATE": st.none(),
    },
)


def request_of(said: dict[str, object], transaction_id: bytes = bytes(12)) -> stun.Message:
    return stun.Message(stun.Method.BINDING, stun.Class.REQUEST, transaction_id, dict(said))


def signed(said: dict[str, object], key: bytes) -> bytes:
    message = request_of(said)
    message.add_message_integrity(key)
    return bytes(message)


@given(attributes, transactions, keys, keys)
def test_what_a_request_says_is_read(
    said: dict[str, object], transaction_id: bytes, key: bytes, another: bytes
) -> None:
    message = request_of(said, transaction_id)
    message.add_message_integrity(key)
    request = bytes(message)
    check = read_check(request)
    assert check is not None
    assert check.ufrag == str(said.get("USERNAME", "")).partition(":")[0]
    assert check.nominated is ("USE-CANDIDATE" in said)
    assert transaction_of(request) == transaction_id
    assert proves(request, check, keyed(key))
    assert proves(request, check, keyed(another)) is (
        another.rstrip(b"\0") == key.rstrip(b"\0")
    )  # HMAC pads keys with zeros


@given(attributes, keys, st.data())
def test_a_bit_changed_in_what_is_protected_proves_nothing(
    said: dict[str, object], key: bytes, data: st.DataObject
) -> None:
    request = bytearray(signed(said, key))
    bit = data.draw(st.integers(0, 8 * (len(request) - FINGERPRINT_BYTES) - 1))
    request[bit // 8] ^= 1 << bit % 8
    check = read_check(bytes(request))
    assert check is None or not proves(bytes(request), check, keyed(key))


@given(attributes, keys, st.data())
def test_what_is_cut_off_or_longer_than_it_says_is_refused(
    said: dict[str, object], key: bytes, data: st.DataObject
) -> None:
    request = signed(said, key)
    assert read_check(request[: data.draw(st.integers(0, len(request) - 1))]) is None
    assert read_check(request + data.draw(st.binary(min_size=1, max_size=8))) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(rest: bytes) -> None:
    request = b"\x00\x01" + len(rest).to_bytes(2, "big") + bytes(16) + rest
    check = read_check(request)
    assert check is None or not proves(request, check, keyed(b"key"))


@given(attributes)
def test_a_request_without_integrity_proves_nothing(said: dict[str, object]) -> None:
    request = bytes(request_of(said))
    check = read_check(request)
    assert check is not None
    assert not proves(request, check, keyed(b""))


@given(attributes, keys)
def test_what_stands_behind_the_integrity_says_nothing(said: dict[str, object], key: bytes) -> None:
    message = request_of(said)
    message.add_message_integrity(key)
    message.attributes.pop("FINGERPRINT")
    first = dict(message.attributes)
    unprotected = {name: None for name in ("USE-CANDIDATE",) if name not in first}
    message.attributes = first | unprotected
    message.add_fingerprint()
    check = read_check(bytes(message))
    assert check is not None
    assert check.nominated is ("USE-CANDIDATE" in said)
    assert proves(bytes(message), check, keyed(key))


@given(transactions, hosts, st.integers(0, 65535), keys)
def test_the_answer_is_what_aioice_writes(transaction_id: bytes, host: str, port: int, key: bytes) -> None:
    expected = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=transaction_id,
    )
    expected.attributes["XOR-MAPPED-ADDRESS"] = host, port
    expected.add_message_integrity(key)
    assert binding_response(transaction_id, (host, port), keyed(key)) == bytes(expected)
    assert stun.parse_message(binding_response(transaction_id, (host, port), keyed(key))).check_message_integrity(key)
