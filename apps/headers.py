"""The headers on every answer, as values: what a browser may do with a page of Sala."""

from __future__ import annotations

from collections.abc import Mapping

COMMON: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # a join link's secret stands in the path
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"  # two years; sent over https only

NEVER = (
    "geolocation=(), usb=(), serial=(), bluetooth=(), hid=(), midi=(), payment=(), "
    "accelerometer=(), gyroscope=(), magnetometer=()"
)
FRAMES = "https://www.youtube-nocookie.com"
"""The one other origin of which a room page may hold a frame: YouTube's player without cookies."""

PERMISSIONS_WITH_MEDIA = (
    "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), "
    f'autoplay=(self "{FRAMES}"), encrypted-media=(self "{FRAMES}"), '
    f"fullscreen=(self), screen-wake-lock=(self), picture-in-picture=(self), {NEVER}"
)
PERMISSIONS_WITHOUT_MEDIA = f"camera=(), microphone=(), display-capture=(), {NEVER}"


def content_policy(
    nonce: str, host: str, *, forms_lead_to: str = "", frames: str = "", framed_by: str = "'none'"
) -> str:
    """
    Return the Content-Security-Policy of a page whose inline and module scripts carry ``nonce``.

    ``host`` is what the browser asked for, with its port: older Safari does not count ``ws:`` and ``wss:`` as ``'self'``.
    ``forms_lead_to`` is another origin to which an answer to the page's form may redirect; ``frames`` one of which the page may hold frames.
    """
    forms = f" {forms_lead_to}" if is_plain_origin(forms_lead_to) else ""
    held = f"frame-src {frames}; " if frames else ""
    sockets = f" ws://{host} wss://{host}" if is_plain_host(host) else ""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'{sockets}; "
        f"{held}worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'{forms}; "
        f"frame-ancestors {framed_by}; report-uri /csp"
    )


def frame_ancestors(embed_in: str) -> str:
    """Return the policy's value for the setting of that name; what is no origin (a port may be ``*``) counts as nothing."""
    origins = [origin.strip() for origin in embed_in.split(",")]
    return " ".join(origin for origin in origins if is_plain_origin(origin.removesuffix(":*"))) or "'none'"


def is_plain_origin(origin: str) -> bool:
    """Say whether a text is an http or https origin and nothing else."""
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and is_plain_host(host)


def is_plain_host(host: str) -> bool:
    """Say whether a Host header is only a name or address with a port, so that it can stand in a policy."""
    return 0 < len(host) <= 260 and all(
        character.isascii() and (character.isalnum() or character in ".-:[]") for character in host
    )


def safe_headers(*, nonce: str, host: str, https: bool, media: bool, embed_in: str = "") -> dict[str, str]:
    """Return all headers of one answer; ``media`` is whether the page may use camera, microphone and screen, ``embed_in`` the setting."""
    headers = {
        **COMMON,
        "Content-Security-Policy": content_policy(
            nonce, host, frames=FRAMES if media else "", framed_by=frame_ancestors(embed_in)
        ),
        "Permissions-Policy": PERMISSIONS_WITH_MEDIA if media else PERMISSIONS_WITHOUT_MEDIA,
    }
    if https:
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return headers
