"""An encoder's stand-in: it makes the offer itself, with numbers of its own, and sees every packet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from media_core.engine import MediaEngine
from media_core.ids import MediaRoomId
from media_core.rtp.packet import build_packet
from tests.media_core.raw_client import CERTIFICATE, RawClient

OPUS, H264, RTX = 100, 121, 122
LINES = {
    "audio": ("0", [OPUS], [f"a=rtpmap:{OPUS} opus/48000/2", f"a=fmtp:{OPUS} minptime=10;useinbandfec=1"]),
    "video": (
        "1",
        [H264, RTX],
        [
            f"a=rtpmap:{H264} H264/90000",
            f"a=fmtp:{H264} packetization-mode=1;profile-level-id=42e01f",
            f"a=rtcp-fb:{H264} nack",
            f"a=rtcp-fb:{H264} nack pli",
            f"a=rtpmap:{RTX} rtx/90000",
            f"a=fmtp:{RTX} apt={H264}",
        ],
    ),
}


class RawEncoder(RawClient):
    """Made by ``present``. ``mid`` of its packets is ``sca`` for sound and ``scr`` for pictures, whatever the offer calls them."""

    def offer(self, *, setup: str = "actpass", kinds: Sequence[str] = ("audio", "video"), ssrcs: bool = True) -> str:
        """Write the offer."""
        fingerprint = next(found for found in CERTIFICATE.getFingerprints() if found.algorithm == "sha-256")
        mids = [LINES[kind][0] for kind in kinds]
        lines = ["v=0", "o=- 7 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]
        for kind in kinds:
            mid, types, codec = LINES[kind]
            lines += [
                f"m={kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}",
                "c=IN IP4 0.0.0.0",
                f"a=mid:{mid}",
                "a=sendonly",
                "a=rtcp-mux",
                f"a=ice-ufrag:{self._ufrag}",
                f"a=ice-pwd:{self._password}",
                f"a=fingerprint:sha-256 {fingerprint.value}",
                f"a=setup:{setup}",
                *codec,
            ]
            if ssrcs:
                line = "sca" if kind == "audio" else "scr"
                lines.append(f"a=ssrc:{self.ssrcs[line]} cname:x")
        return "\r\n".join(lines) + "\r\n"

    @classmethod
    async def present(
        cls, engine: MediaEngine, room: str, member: str, *, setup: str = "actpass", ssrcs: bool = True
    ) -> Self:
        """Connect and wait until DTLS is done."""
        encoder = cls(member)
        encoder._dtls._set_role("server" if setup == "passive" else "client")
        offer = encoder.offer(setup=setup, ssrcs=ssrcs)
        async with encoder.closed_unless_it_connects():
            accepted = await engine.accept(MediaRoomId(room), encoder.member, offer)
            encoder.transport = accepted.transport
            await encoder.open(accepted.sdp)
            await encoder.connect()
        return encoder

    async def __aenter__(self) -> Self:
        return self

    def send_opus(self, payload: bytes = b"sound") -> None:
        """Send one packet of sound, without any header extension."""
        self._send_rtp("sca", OPUS, payload, ticks=960, marker=False)

    def send_h264(self, *units: bytes) -> None:
        """Send one picture, each NAL unit in a packet of its own."""
        self.pictures = getattr(self, "pictures", 0) + 1
        for place, unit in enumerate(units):
            self._send_rtp("scr", H264, unit, at=self.pictures * 3000, marker=place == len(units) - 1)

    def _send_rtp(
        self, line: str, payload_type: int, payload: bytes, *, marker: bool, ticks: int = 0, at: int = 0
    ) -> None:
        number = self.next_number(line)
        packet = build_packet(
            payload,
            payload_type=payload_type,
            sequence_number=number & 0xFFFF,
            timestamp=(at or number * ticks) & 0xFFFFFFFF,
            ssrc=self.ssrcs[line],
            marker=marker,
        )
        self.send_packet(packet)
