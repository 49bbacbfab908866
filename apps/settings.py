"""Every setting of Sala, in one class; only ``serve.py`` reads the environment."""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SALA_"


class Settings(BaseSettings):
    """Read once by ``serve.py`` from ``SALA_*`` variables and its options; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True)

    home: Path = Field(Path("var"), description="Folder of all state: database, mail, keys, recordings.")
    host: str = Field("127.0.0.1", description="Address that the web, console and media ports are bound to.")
    port: int = Field(8000, ge=0, le=65535, description="Port of the portal and the API; 0 lets the system choose.")
    console_port: int = Field(8001, ge=0, le=65535, description="Port of the console; 0 lets the system choose.")
    media_port: int = Field(7000, ge=0, le=65535, description="UDP and TCP port of media; 0 lets the system choose.")
    media_workers: int = Field(
        1,
        ge=1,
        le=16,
        description="Media worker processes that rooms are spread over; each takes a port of its own, from the media port upwards.",
    )
    media_host: str = Field(
        "", description="Address that the media port is bound to, where it is another than the web's; empty: the same."
    )
    announce: str = Field(
        "", description="Addresses of this server put into media candidates, separated by commas; empty: the one bound."
    )
    announce_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port put into media candidates, where the one outside differs; 0: the media port.",
    )
    media_tcp: bool = Field(
        True, description="Take media by TCP on the media port's number too, where a network lets no UDP through."
    )
    public_url: str = Field(
        "", description="Address of the portal as people reach it, for links in mail; empty: http://HOST:PORT."
    )
    console_url: str = Field(
        "", description="Address of the console as people reach it; empty: http://HOST:CONSOLE_PORT."
    )
    demo: bool = Field(False, description="Make a demo room with ready links.")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the home folder.")
    ice_servers: str = Field("", description="JSON list of RTCIceServer objects handed to browsers; empty: none.")
    turn_urls: str = Field(
        "",
        description="TURN servers that share turn_secret, separated by commas: turn:HOST:PORT?transport=udp, turns:…",
    )
    turn_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret shared with the TURN servers, of which browsers get passwords for a day.",
        validate_default=True,
    )
    smtp_url: str = Field(
        "",
        description="smtp://user:password@host:port or smtps://…; empty: messages are written to outbox/ in the home folder.",
    )
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of the SMTP account, if not in the URL.")
    mail_from: str = Field("Sala <sala@localhost>", description="Sender of invitations.")
    mail_bounce: str = Field(
        "",
        description="Address that failed mail returns to; the part before @ gets +KEY added. Empty: no own bounce address.",
    )
    mail_per_day: int = Field(300, ge=1, description="Invitations that one account may send in 24 hours.")
    room_limit: int = Field(300, ge=2, description="Most participants that a room may be set to.")
    tender_limit: int = Field(1000, ge=2, description="Most people in one session of a tender.")
    sockets_total: int = Field(2000, ge=10, description="Open pages and conference tabs of the portal in all.")
    document_max_mib: int = Field(50, ge=1, description="Largest document or picture that can be uploaded.")
    film_max_mib: int = Field(500, ge=1, description="Largest film that can be uploaded.")
    library_max_mib: int = Field(
        1024, ge=1, description="What the presentations of one organiser may take on the disk."
    )
    presentations_per_room: int = Field(20, ge=1, description="Presentations that one conference may hold.")
    reconnect_grace_s: float = Field(
        9.0, gt=0, description="Seconds that a lost participant is shown as reconnecting before being shown as gone."
    )
    abandon_after_s: float = Field(
        300.0, gt=0, description="Seconds without anybody present after which a session closes by itself."
    )
    recording_days: int = Field(
        14, ge=1, description="Days that recordings are kept after their session; those marked to be kept stay."
    )
    disk_warn_pct: float = Field(90.0, gt=0, le=100, description="Use of the disk, in percent, that is an alarm.")
    disk_stop_pct: float = Field(
        95.0, gt=0, le=100, description="Use of the disk, in percent, at which recording stops; conferences go on."
    )
    sign_in_idle_min: int = Field(480, ge=5, description="Minutes without use after which a sign-in ends.")
    sockets_per_address: int = Field(
        20, ge=1, description="Open conference tabs from one address; raise it where many people sit behind one."
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that reads /metrics from elsewhere; empty: only this machine may."
    )
    embed_in: str = Field(
        "",
        description="Origins whose pages may show portal and console in a frame, separated by commas; empty: none. For notebooks.",
    )
    trust_proxy: bool = Field(False, description="Believe X-Forwarded-For and X-Forwarded-Proto from a proxy in front.")
    log_level: str = Field("info", description="debug, info, warning or error.")

    @field_validator("announce")
    @classmethod
    def _are_addresses(cls, announce: str) -> str:
        for address in _parts(announce):
            try:
                ipaddress.ip_address(address)
            except ValueError:
                raise ValueError(
                    "each must be an IP address, without name and port; browsers take nothing else"
                ) from None
        return announce

    @field_validator("ice_servers")
    @classmethod
    def _is_a_list_of_servers(cls, servers: str) -> str:
        try:
            known = json.loads(servers or "[]")
        except json.JSONDecodeError:
            known = None
        if not isinstance(known, list) or not all(isinstance(one, dict) and one.get("urls") for one in known):
            raise ValueError('it must be a JSON list such as [{"urls": "stun:stun.example.org"}]')
        return servers

    @field_validator("turn_urls")
    @classmethod
    def _are_relays(cls, urls: str) -> str:
        if not all(re.fullmatch(r"turns?:[^\s/@]+", url) for url in _parts(urls)):
            raise ValueError("each must begin with turn: or turns:, then host and port")
        return urls

    @field_validator("turn_secret")
    @classmethod
    def _is_there_for_relays(cls, secret: SecretStr, known: ValidationInfo) -> SecretStr:
        if known.data.get("turn_urls") and not secret.get_secret_value():
            raise ValueError("it is missing; it is what the servers of SALA_TURN_URLS have as static-auth-secret")
        return secret

    def to_json(self) -> str:
        """Return all settings, secrets in clear, as one line for a child process; never log it."""
        values = self.model_dump(mode="json")
        values |= {
            name: secret.get_secret_value() for name in values if isinstance(secret := getattr(self, name), SecretStr)
        }
        return json.dumps(values)

    @property
    def announced(self) -> tuple[str, ...]:
        """The announced addresses, one by one."""
        return _parts(self.announce)

    @property
    def turn_servers(self) -> tuple[str, ...]:
        """The URLs of TURN servers, one by one."""
        return _parts(self.turn_urls)


def misspelled(variables: Iterable[str]) -> list[tuple[str, str]]:
    """Return the variables that look like settings and are none, each with the setting that is spelled most like it, or an empty text."""
    known = [name.upper() for name in Settings.model_fields]
    rest = {name: name.upper().removeprefix(PREFIX) for name in sorted(variables) if name.upper().startswith(PREFIX)}
    near = {name: difflib.get_close_matches(rest[name], known, n=1) for name in rest if rest[name] not in known}
    return [(name, PREFIX + meant[0] if meant else "") for name, meant in near.items()]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
