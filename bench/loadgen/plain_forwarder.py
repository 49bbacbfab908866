"""
The least a forwarder on aiortc and asyncio can be: ``python -m bench.loadgen.plain_forwarder PORT``.

No NACK, no RTCP, no rewriting of numbers, one port for each connection: what a Python program costs before it does anything well. POST an
offer to ``/publish`` or ``/subscribe``; the body of the answer is the answer.
"""

from __future__ import annotations

import asyncio
import struct
import sys
from typing import Any

import aioice.ice
import tornado.web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCDtlsTransport

Target = tuple[RTCDtlsTransport, Any, Any, int, bytes]
subscribers: dict[str, list[Target]] = {"audio": [], "video": []}
connections: list[RTCPeerConnection] = []
publishing: set[RTCDtlsTransport] = set()


class Silence(MediaStreamTrack):
    """A track that never has anything, so that aiortc's own sender stays quiet."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        await asyncio.Event().wait()


async def forward(self: RTCDtlsTransport, data: bytes, arrival_time_ms: int = 0) -> None:
    """Stand in for aiortc's own treatment of a received packet."""
    if self not in publishing:
        return
    packet = bytearray(data)
    marker, kind = packet[1] & 0x80, "video" if packet[1] & 0x7F == 96 else "audio"
    for dtls, udp, address, payload_type, ssrc in subscribers[kind]:
        packet[1] = marker | payload_type
        packet[8:12] = ssrc
        udp.sendto(dtls._tx_srtp.protect(bytes(packet)), address)


async def answer(sdp: str, kinds: tuple[str, ...]) -> RTCPeerConnection:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connections.append(connection)
    for kind in kinds:
        if f"m={kind}" in sdp:
            connection.addTrack(Silence(kind))
    await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    return connection


class Publish(tornado.web.RequestHandler):
    async def post(self) -> None:
        connection = await answer(self.request.body.decode(), ())
        publishing.update(receiver.transport for receiver in connection.getReceivers())
        self.write(connection.localDescription.sdp)


class Subscribe(tornado.web.RequestHandler):
    async def post(self) -> None:
        connection = await answer(self.request.body.decode(), ("audio", "video"))

        @connection.on("connectionstatechange")
        def changed() -> None:
            if connection.connectionState == "connected":
                for transceiver in connection.getTransceivers():
                    subscribers[transceiver.kind].append(target(transceiver.sender))

        self.write(connection.localDescription.sdp)


def target(sender: Any) -> Target:
    dtls = sender.transport
    pair = dtls.transport._connection._nominated[1]
    payload_type = 111 if sender.kind == "audio" else 96
    return dtls, pair.protocol.transport, tuple(pair.remote_addr), payload_type, struct.pack("!I", sender._ssrc)


async def main(port: int) -> None:
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    RTCDtlsTransport._handle_rtp_data = forward  # type: ignore[method-assign]
    tornado.web.Application([("/publish", Publish), ("/subscribe", Subscribe)]).listen(port, address="127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
