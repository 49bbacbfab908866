"""
The second step of signing in: time-based codes (RFC 6238) of an app on the person's phone, and recovery codes for who lost it.

Pure but for the randomness of secrets: the time is an argument, in seconds of the wall clock.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pyotp
import segno

from apps.passwords import ALPHABET

PERIOD_S = 30
STEPS_AROUND = (-1, 0, 1)  # phones' clocks go wrong; one step each way is what RFC 6238, 5.2, advises
CODE = re.compile(r"[0-9]{6}")
RECOVERY_CODES = 10
RECOVERY_HALF_CHARACTERS = 5  # two halves of 5 from 31 letters: 49 random bits
PENDING_LIFE_S = 300.0
PENDING_MOST = 1000  # unfinished sign-ins at a time; the oldest go first
PENDING_TRIES = 5


def new_totp_secret() -> str:
    """Return a fresh secret: 160 random bits in base32, as RFC 4226, 4, advises."""
    return pyotp.random_base32()


def setup_address(secret: str, *, email: str, issuer: str = "Sala") -> str:
    """Return the ``otpauth://`` address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def picture_of(address: str) -> str:
    """Return the QR code of an address as SVG markup, dark on light in either theme since phones read no other."""
    code, svg = segno.make(address, error="m"), BytesIO()
    code.save(
        svg, kind="svg", scale=4, border=4, light="#ffffff", dark="#171614", xmldecl=False, svgns=True, omitsize=True
    )
    return svg.getvalue().decode()


def matching_step(secret: str, code: str, *, now_s: float, after_step: int) -> int | None:
    """Return the time step that a code belongs to; ``None`` for a wrong one and for one not newer than ``after_step``."""
    digits = re.sub(r"\s", "", code[:20])
    if not CODE.fullmatch(digits):
        return None
    totp, present = pyotp.TOTP(secret), int(now_s // PERIOD_S)
    for step in (present + around for around in STEPS_AROUND):
        if hmac.compare_digest(totp.generate_otp(step), digits) and step > after_step:
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Return fresh codes such as ``k3x9m-7hq2d``."""
    return [f"{_half()}-{_half()}" for _ in range(RECOVERY_CODES)]


def _half() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_HALF_CHARACTERS))


def recovery_hash(account_id: str, code: str) -> str:
    """Return what is kept of a recovery code; spaces, hyphens and case do not matter."""
    plain = re.sub(r"[\s-]", "", code[:40]).lower()
    return hashlib.sha256(f"{account_id}:{plain}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class _Pending:
    value: str
    ends_s: float
    tries: int = 0


class PendingSteps:
    """
    What waits for its code, in memory: sign-ins whose password was right, and secrets that are being set up.

    Whoever holds the key may try ``PENDING_TRIES`` times within ``PENDING_LIFE_S``; after a restart people start again.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._pending: dict[str, _Pending] = {}

    def begin(self, value: str, key: str = "") -> str:
        """Remember a value; return the key to it, a fresh one unless given."""
        while len(self._pending) >= PENDING_MOST:
            del self._pending[next(iter(self._pending))]
        key = key or secrets.token_urlsafe(32)
        self._pending[key] = _Pending(value, self._monotonic() + PENDING_LIFE_S)
        return key

    def value_of(self, key: str) -> str:
        """Return the value of a key; empty for an unknown or old one."""
        pending = self._pending.get(key)
        return pending.value if pending is not None and self._monotonic() < pending.ends_s else ""

    def attempt(self, key: str) -> str:
        """As ``value_of``, and count an attempt: after too many the key is forgotten."""
        value = self.value_of(key)
        pending = self._pending.get(key)
        if pending is not None:
            pending.tries += 1
            if pending.tries >= PENDING_TRIES:
                del self._pending[key]
        return value

    def end(self, key: str) -> None:
        """Forget a key."""
        self._pending.pop(key, None)
