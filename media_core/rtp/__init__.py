"""RTP and RTCP as pure functions and small state machines: bytes and ``now_s`` in, values out."""
