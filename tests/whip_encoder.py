"""
FFmpeg's own WHIP client (PyAV's wheel has it) with a moving picture and a tone, as a process: it holds the GIL while it waits.

``python -m tests.whip_encoder URL TOKEN [--seconds 60] [--passive]`` prints ``connected`` once media flow and ends on SIGTERM with a DELETE.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import time
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import av
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.browser.devices import BLUE, CODE_BITS, HEIGHT, WIDTH

FPS, RATE_HZ = 25, 48_000
SOUND_SAMPLES = 960
TONE_HZ = 550
HANDSHAKE_LIMIT_MS = "30000"  # by itself FFmpeg gives up after 5 s


class _Stop(Exception):
    pass


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stop


def picture(number: int) -> av.VideoFrame:
    """Return a blue picture with its number as black and white squares, as ``tests.browser.devices`` writes them."""
    luma, blue, red = BLUE.yuv
    square = WIDTH // CODE_BITS
    top, bottom = HEIGHT // 2 - square // 2, HEIGHT // 2 + square // 2
    y = np.full((HEIGHT, WIDTH), luma, np.uint8)
    u, v = (np.full((HEIGHT // 2, WIDTH // 2), value, np.uint8) for value in (blue, red))
    u[top // 2 : bottom // 2] = v[top // 2 : bottom // 2] = 128
    for bit in range(CODE_BITS):
        y[top:bottom, bit * square : (bit + 1) * square] = 235 if number >> bit & 1 else 16
    planes = np.concatenate([plane.reshape(-1) for plane in (y, u, v)]).reshape(HEIGHT * 3 // 2, WIDTH)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    return frame


def tone(number: int) -> av.AudioFrame:
    """Return 20 ms of a tone."""
    at = (np.arange(SOUND_SAMPLES) + number * SOUND_SAMPLES) / RATE_HZ
    samples = (np.sin(2 * np.pi * TONE_HZ * at) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(np.repeat(samples, 2)[None, :], format="s16", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, number * SOUND_SAMPLES, Fraction(1, RATE_HZ)
    return frame


def certificate(folder: Path) -> dict[str, str]:
    """
    Make a certificate on P-256 and return FFmpeg's options for it.

    By itself FFmpeg with GnuTLS makes one on P-224, which OpenSSL 4 takes no part in.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "encoder")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    return {"cert_file": str(folder / "certificate.pem"), "key_file": str(folder / "key.pem")}


def send(url: str, token: str, *, seconds: float, active: bool) -> None:
    with TemporaryDirectory() as folder:
        options = {"authorization": token, "handshake_timeout": HANDSHAKE_LIMIT_MS, **certificate(Path(folder))}
        _send(url, options | ({"whip_flags": "dtls_active"} if active else {}), seconds)


def _send(url: str, options: dict[str, str], seconds: float) -> None:
    with av.open(url, "w", format="whip", options=options) as output:
        video = output.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.bit_rate, video.gop_size = 600_000, FPS
        video.options = {"tune": "zerolatency", "preset": "ultrafast", "profile": "baseline"}
        audio = output.add_stream("libopus", rate=RATE_HZ)
        audio.layout, audio.bit_rate = "stereo", 64_000
        output.start_encoding()
        print("connected", flush=True)
        with contextlib.suppress(_Stop):
            _play(output, video, audio, seconds)


def _play(output: av.container.OutputContainer, video: av.VideoStream, audio: av.AudioStream, seconds: float) -> None:
    begun_s, pictures, sounds = time.monotonic(), 0, 0
    while (now_s := time.monotonic() - begun_s) < seconds:
        while pictures / FPS <= now_s:
            output.mux(video.encode(picture(pictures)))
            pictures += 1
        while sounds * SOUND_SAMPLES / RATE_HZ <= now_s:
            output.mux(audio.encode(tone(sounds)))
            sounds += 1
        time.sleep(0.005)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--passive", action="store_true", help="wait for the server's DTLS handshake, as FFmpeg does by default"
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    send(given.url, given.token, seconds=given.seconds, active=not given.passive)


if __name__ == "__main__":
    main()
