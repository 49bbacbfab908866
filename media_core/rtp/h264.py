"""Keyframes in H.264 payloads (RFC 6184), without looking deeper than the NAL unit headers."""

from __future__ import annotations

from media_core.rtp.packet import Buffer

_IDR, _SPS = 5, 7
_STAP_A, _FU_A = 24, 28


def is_keyframe(data: Buffer, start: int = 0, end: int | None = None) -> bool:
    """
    Tell whether a payload begins a picture that can be decoded without any before it.

    That is a sequence parameter set or the first part of an IDR picture, alone, in an aggregation or in fragments.
    """
    stop = len(data) if end is None else end
    if stop - start < 2:
        return False
    kind = data[start] & 0x1F
    if kind == _STAP_A:  # section 5.7.1: 16-bit size, unit, 16-bit size, unit, ...
        return _aggregate_has_keyframe(data, start + 1, stop)
    if kind == _FU_A:  # section 5.8: the S bit marks the first fragment
        return data[start + 1] > 127 and data[start + 1] & 0x1F in (_IDR, _SPS)
    return kind in (_IDR, _SPS)


def _aggregate_has_keyframe(data: Buffer, at: int, stop: int) -> bool:
    while at + 2 < stop:
        size = data[at] << 8 | data[at + 1]
        if not size or at + 2 + size > stop:
            return False
        if data[at + 2] & 0x1F in (_IDR, _SPS):
            return True
        at += 2 + size
    return False
