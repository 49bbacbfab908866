"""The answer to a check is, byte for byte, what aioice would write."""

from __future__ import annotations

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media_core.webrtc.binding_response import binding_response

hosts = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


@given(st.binary(min_size=12, max_size=12), hosts, st.integers(0, 65535), st.binary(min_size=1, max_size=64))
def test_it_is_what_aioice_writes(transaction_id: bytes, host: str, port: int, key: bytes) -> None:
    expected = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=transaction_id,
    )
    expected.attributes["XOR-MAPPED-ADDRESS"] = host, port
    expected.add_message_integrity(key)
    assert binding_response(transaction_id, (host, port), key) == bytes(expected)
    assert stun.parse_message(binding_response(transaction_id, (host, port), key)).check_message_integrity(key)
