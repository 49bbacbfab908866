"""The instrument's C part (``engine.c``): one thread that sends, receives, counts and answers for all peers."""

from __future__ import annotations

import ctypes
from pathlib import Path

DELAYS_MOST = 1 << 22

_COUNTS = [
    "rtp_pkts",
    "rtp_bytes",
    "audio_pkts",
    "video_pkts",
    "expected",
    "reord",
    "rtcp",
    "stun_req",
    "stun_resp",
    "dtls",
    "other",
    "unprot_ok",
    "unprot_fail",
    "bad_payload",
    "pub_sent",
    "pub_bytes",
    "pli",
    "nack",
    "send_err",
    "late_sends",
    "lat_n",
    "stale_consent",
    "min_peer_pkts",
    "max_peer_pkts",
    "drain_calls",
    "recv_calls",
    "kdrops",
]


class Stats(ctypes.Structure):
    """``stats_t`` of the C part."""

    _fields_ = [
        *((name, ctypes.c_uint64) for name in _COUNTS),
        ("t_mono", ctypes.c_double),
        ("thread_cpu", ctypes.c_double),
    ]


class Engine:
    """The thread. One for each process: it keeps its peers in globals."""

    def __init__(self, folder: Path) -> None:
        self._lib = lib = ctypes.CDLL(str(folder / "libsfuload.so"))
        text, number, key = ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
        lib.eng_add.argtypes = [
            number,
            number,
            ctypes.c_uint64,
            text,
            text,
            text,
            text,
            number,
            key,
            key,
            number,
            number,
        ]
        lib.eng_add_stream.argtypes = [
            *(number, number, number, ctypes.c_uint32, ctypes.c_double),
            *(number, number, number, text),
        ]
        lib.eng_lat.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
        lib.eng_lat.restype = ctypes.c_uint64

    def start(self, *, drain_us: int = 5000) -> None:
        self._lib.eng_start(drain_us, 0)

    def stop(self) -> None:
        self._lib.eng_stop()

    def publish(self, on: bool) -> None:
        self._lib.eng_publish(int(on))

    def add(
        self,
        fd: int,
        *,
        credentials: tuple[str, str, str, str],
        keys: tuple[bytes, bytes],
        profile: int,
        controlling: bool,
        verify: bool,
    ) -> int:
        """Take over a connected socket; ``credentials`` are the own and the other's ufrag and password, ``keys`` for sending, for receiving."""
        words = [word.encode() for word in credentials]
        added: int = self._lib.eng_add(fd, int(controlling), 1, *words, profile, keys[0], keys[1], int(verify), 1)
        if added < 0:
            raise RuntimeError(f"the engine refused a peer: {added}")
        return added

    def add_stream(
        self, peer: int, *, video: bool, ssrc: int, per_s: float, size: int, per_frame: int, mid: str
    ) -> None:
        payload_type = 96 if video else 111
        self._lib.eng_add_stream(peer, int(video), payload_type, ssrc, per_s, size, per_frame, 4, mid.encode())

    def stats(self) -> Stats:
        found = Stats()
        self._lib.eng_stats(ctypes.byref(found))
        return found

    def delays_us(self, first: int, count: int) -> list[int]:
        """Return measured one-way delays, sorted."""
        count = min(count, DELAYS_MOST)
        buffer = (ctypes.c_uint32 * max(1, count))()
        got = self._lib.eng_lat(ctypes.addressof(buffer), first, count)
        return sorted(buffer[:got])
