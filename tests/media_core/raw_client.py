"""
A browser's stand-in that sees every packet: real ICE checks, DTLS and SRTP over a real UDP socket, RTP made by the test.

It offers no media of its own, so that a test says packet by packet what is sent, and reads packet by packet what came.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import pairwise
from types import TracebackType
from typing import Any, Self, cast

from aioice import stun
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceTransport

from media_core.engine import SEND_MIDS, MediaEngine
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.rtp.packet import Header, build_packet, parse_header
from media_core.rtp.rtcp import RtcpPacket, build, parse
from media_core.signaling import numbers

CERTIFICATE = RTCCertificate.generateCertificate()
FIRST_NUMBER = 65_500
"""Every test sees a wrap of the sequence numbers."""
CHECK_INTERVAL_S = 0.05
CONNECTS_WITHIN_S = 60.0
"""The server may be another process, which had no time until now."""
BUFFER_BYTES = 1 << 20
"""What a server sends at once that had no time for a second or two: it is read before the system's buffer is full."""


class Received:
    """One decrypted packet."""

    def __init__(self, plain: bytes, header: Header) -> None:
        self.header = header
        self.payload = plain[header.payload_start : header.payload_end]


class RawClient(asyncio.DatagramProtocol, AbstractAsyncContextManager["RawClient"]):
    """Made by ``join``; an async context manager that closes it."""

    role = "controlling"  # read by aiortc
    candidate = r"a=candidate:1 1 udp \d+ "
    """Pattern of the beginning of the candidate that is used, up to its host."""

    def __init__(self, member: str, *, publish: Sequence[str] = ("mic", "cam")) -> None:
        self.member = MemberId(member)
        self.transport = TransportId("")
        self.publish = publish
        base = secrets.randbelow(1 << 30) | 1 << 30
        self.ssrcs = {mid: base + number for number, mid in enumerate(SEND_MIDS)}
        self.rtx_ssrcs = {mid: base + 100 + number for number, mid in enumerate(SEND_MIDS)}
        self.media: dict[int, list[Received]] = defaultdict(list)
        self.rtcp: list[RtcpPacket] = []
        self.losing = False
        self.lost: list[bytes] = []
        """Protected media that came while ``losing``."""
        self.checks = True
        self.sent: dict[str, int] = dict.fromkeys(SEND_MIDS, FIRST_NUMBER)
        self._udp: asyncio.DatagramTransport | None = None
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._dtls = RTCDtlsTransport(cast(RTCIceTransport, self), [CERTIFICATE])
        self._dtls._set_role("client")
        self._tasks: list[asyncio.Task[None]] = []
        self._checked = asyncio.Event()
        self._remote: Mapping[str, str] = {}
        self._ufrag, self._password = secrets.token_hex(4), secrets.token_hex(12)

    @classmethod
    async def join(
        cls, engine: MediaEngine, room: str, member: str, *, publish: Sequence[str] = ("mic", "cam")
    ) -> Self:
        """Connect a member and wait until its DTLS is done."""
        client = cls(member, publish=publish)
        async with client.closed_unless_it_connects():
            offer = await engine.connect(MediaRoomId(room), client.member)
            client.transport = offer.transport
            await client.open(offer.sdp)
            await engine.answer(offer.transport, client.answer())
            await client.connect()
        return client

    @asynccontextmanager
    async def closed_unless_it_connects(self) -> AsyncIterator[None]:
        """Leave nothing open, for another test to stumble over, where what is in the block fails or is cancelled."""
        try:
            yield
        except BaseException:
            await self.vanish()
            raise

    # --- connecting ---------------------------------------------------------------------------------------------------

    async def open(self, offer: str) -> None:
        """Read the offer and begin to check."""
        self._remote = {
            name: re.search(pattern, offer)[1]  # type: ignore[index]
            for name, pattern in {
                "ufrag": r"a=ice-ufrag:(\S+)",
                "password": r"a=ice-pwd:(\S+)",
                "fingerprint": r"a=fingerprint:sha-256 (\S+)",
                "host": self.candidate + r"(\S+)",
                "port": self.candidate + r"\S+ (\d+)",
            }.items()
        }
        await self.rebind()
        self._tasks.append(asyncio.create_task(self._check(), name="raw-client-checks"))

    async def rebind(self) -> None:
        """Take a new local port, as a browser does on another network."""
        if self._udp is not None:
            self._udp.close()
        address = self._remote["host"], int(self._remote["port"])
        self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, remote_addr=address)
        self._udp.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)

    def answer(self) -> str:
        """Write the answer to the offer."""
        fingerprint = next(found for found in CERTIFICATE.getFingerprints() if found.algorithm == "sha-256")
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(numbers.MIDS)}"]
        for mid in numbers.MIDS:
            lines += self._media_lines(mid)
            lines += [
                f"a=ice-ufrag:{self._ufrag}",
                f"a=ice-pwd:{self._password}",
                f"a=fingerprint:sha-256 {fingerprint.value}",
                "a=setup:active",
                "a=rtcp-mux",
            ]
        return "\r\n".join(lines) + "\r\n"

    def _media_lines(self, mid: str) -> list[str]:
        sound = mid.startswith("a") or mid in ("mic", "sca")
        kind, types = ("audio", "111") if sound else ("video", "96 97 102 103")
        direction = "recvonly" if mid not in SEND_MIDS else "sendonly" if mid in self.publish else "inactive"
        lines = [f"m={kind} 9 UDP/TLS/RTP/SAVPF {types}", f"a=mid:{mid}", f"a={direction}"]
        if direction == "sendonly":
            lines.append(f"a=ssrc:{self.ssrcs[mid]} cname:x")
            if not sound:
                pair = f"{self.ssrcs[mid]} {self.rtx_ssrcs[mid]}"
                lines += [f"a=ssrc-group:FID {pair}", f"a=ssrc:{self.rtx_ssrcs[mid]} cname:x"]
        return lines

    async def connect(self) -> None:
        fingerprint = RTCDtlsFingerprint("sha-256", self._remote["fingerprint"])
        async with asyncio.timeout(CONNECTS_WITHIN_S):
            await self._checked.wait()
            await self._dtls.start(RTCDtlsParameters([fingerprint]))
        assert self._dtls.state == "connected", self._dtls.state

    async def _check(self) -> None:
        while True:
            if self.checks:
                request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
                request.attributes["USERNAME"] = f"{self._remote['ufrag']}:{self._ufrag}"
                request.attributes["PRIORITY"] = 1
                request.attributes["ICE-CONTROLLING"] = 1
                request.attributes["USE-CANDIDATE"] = None
                request.add_message_integrity(self._remote["password"].encode())
                self.send_datagram(bytes(request))
            await asyncio.sleep(CHECK_INTERVAL_S)

    async def close(self) -> None:
        """Say goodbye and end."""
        pump = self._dtls._task
        try:
            await self._dtls.stop()
        finally:
            await self.vanish()
        if pump is not None:
            await asyncio.wait([pump])

    async def vanish(self) -> None:
        """Stop checking and listening, without a goodbye."""
        if self._udp is not None:
            self._udp.close()
            self._udp = None
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._tasks.clear()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # --- datagrams ----------------------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if data[0] < 4:
            self._checked.set()
        elif data[0] < 64:
            self._queue.put_nowait(data)
        elif self.losing and not 192 <= data[1] <= 223:
            self.lost.append(data)
        elif self._dtls._rx_srtp is not None:
            self._media_received(data)

    def _media_received(self, data: bytes) -> None:
        if 192 <= data[1] <= 223:
            self.rtcp += parse(self._dtls._rx_srtp.unprotect_rtcp(data))
            return
        plain = bytes(self._dtls._rx_srtp.unprotect(data))
        header = parse_header(plain)
        assert header is not None
        self.media[header.ssrc].append(Received(plain, header))

    def error_received(self, exc: Exception) -> None:
        pass  # the server's port was closed before this one

    async def _recv(self) -> bytes:
        return await self._queue.get()

    async def _send(self, data: bytes) -> None:
        self.send_datagram(data)

    def send_datagram(self, data: bytes) -> None:
        if self._udp is not None:
            self._udp.sendto(data)

    # --- media --------------------------------------------------------------------------------------------------------

    def send_packet(self, packet: bytes) -> None:
        self.send_datagram(self._dtls._tx_srtp.protect(packet))

    def send_rtcp(self, *packets: RtcpPacket) -> None:
        self.send_datagram(self._dtls._tx_srtp.protect_rtcp(build(packets)))

    def next_number(self, mid: str) -> int:
        """Return the extended number of the next packet of a line."""
        self.sent[mid] += 1
        return self.sent[mid]

    def send_sound(
        self, payload: bytes = b"sound", *, level_dbov: int = 20, mid: str = "mic", number: int | None = None
    ) -> int:
        """Send one packet of sound, a voice of this level in -dBov; return its extended number, the next one unless told."""
        number = self.next_number(mid) if number is None else number
        self.send_packet(
            build_packet(
                payload,
                payload_type=numbers.OPUS,
                sequence_number=number & 0xFFFF,
                timestamp=number * 960 & 0xFFFFFFFF,
                ssrc=self.ssrcs[mid],
                extensions={numbers.AUDIO_LEVEL_ID: bytes([0x80 | level_dbov]), numbers.MID_ID: mid.encode()},
            )
        )
        return number

    def picture(self, number: int, payload: bytes, *, mid: str = "cam") -> bytes:
        """Make the packet of a picture with this extended number."""
        return build_packet(
            payload,
            payload_type=numbers.VP8,
            sequence_number=number & 0xFFFF,
            timestamp=number * 3000 & 0xFFFFFFFF,
            ssrc=self.ssrcs[mid],
            marker=True,
            extensions={numbers.MID_ID: mid.encode()},
        )

    def send_picture(self, *, keyframe: bool = False, mid: str = "cam", text: bytes = b"") -> int:
        """Send one picture in one packet; return its extended number."""
        number = self.next_number(mid)
        self.send_packet(self.picture(number, vp8(keyframe=keyframe, picture_id=number, text=text), mid=mid))
        return number

    def slot(self, mid: str) -> list[Received]:
        """Return what came in a receive slot."""
        return self.media[numbers.SLOT_SSRC[mid]]

    def repeats(self, mid: str) -> list[Received]:
        """Return the retransmissions that came for a receive slot."""
        return self.media[numbers.SLOT_RTX_SSRC[mid]]

    def came(self, kind: type[RtcpPacket]) -> list[Any]:
        return [packet for packet in self.rtcp if isinstance(packet, kind)]


def vp8(*, keyframe: bool, picture_id: int = 1, text: bytes = b"") -> bytes:
    """Make the payload of a picture in one packet (RFC 7741): descriptor with a 15-bit picture id, then the frame's beginning."""
    descriptor = bytes([0x90, 0x80, 0x80 | picture_id >> 8 & 0x7F, picture_id & 0xFF])
    frame = b"\x10\x00\x00\x9d\x01\x2a\x80\x02\x68\x01" if keyframe else b"\x11\x00\x00"
    return descriptor + frame + text


def text_of(received: Received) -> bytes:
    """Return the text that a test put into a picture."""
    frame = received.payload[4:]
    return frame[3:] if frame[0] & 1 else frame[10:]


def steps(sequence_numbers: Iterable[int]) -> set[int]:
    """Return the distances between neighbours; {1} for a stream without gap."""
    return {(after - before) & 0xFFFF for before, after in pairwise(sequence_numbers)}
