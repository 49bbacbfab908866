"""
Sala on the running event loop, media included: for notebooks, tests and small demos.

In production the parts run in processes of their own (``serve.py``), because a console page that opens would be heard in the sound.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.addresses import console_address
from apps.live.hub import Hub
from apps.parts import Clock, Parts, build_parts, utc_now
from apps.ports import any_port
from apps.settings import Settings
from apps.web import bind, closing, serving
from data.database import Database
from media_core.engine import MediaConfig, MediaEngine
from media_core.local import LocalEngine


@dataclass(frozen=True, slots=True)
class Sala:
    """A running Sala."""

    parts: Parts

    @property
    def url(self) -> str:
        """Where the portal is, without a slash at the end."""
        return self.parts.settings.public_url

    @property
    def console_url(self) -> str:
        """Where the console is; nobody answers there unless it was asked for."""
        return console_address(self.parts.settings)

    @property
    def settings(self) -> Settings:
        return self.parts.settings

    @property
    def hub(self) -> Hub:
        return self.parts.hub

    @property
    def database(self) -> Database:
        return self.parts.database

    @property
    def engine(self) -> MediaEngine:
        return self.parts.engine

    @property
    def say(self) -> tuple[str, ...]:
        """What a start tells: the first password, the demo's links."""
        return tuple(self.parts.say)

    @property
    def demo_links(self) -> dict[str, str]:
        """Links of the demo room by the person's name; empty without ``demo``."""
        start = "Demo link of "
        told = (line.removeprefix(start).split(": ", 1) for line in self.say if line.startswith(start))
        return {name: link for name, link in told}

    @property
    def password(self) -> str:
        """The first administrator's, if this start made one."""
        told = (line for line in self.say if line.startswith("First sign-in"))
        return next(told, "").partition("password ")[2].partition(" ")[0]


@asynccontextmanager
async def running(
    *,
    home: Path | str | None = None,
    port: int = 0,
    demo: bool = False,
    console: bool = False,
    engine: MediaEngine | None = None,
    clock: Clock = utc_now,
    jobs: bool = False,
    **values: object,
) -> AsyncIterator[Sala]:
    """
    Run Sala inside the block.

    Args:
        home: Folder of its state; ``None``: a temporary one, deleted at the end.
        port: Of the portal; 0 lets the system choose, also for the console and media.
        console: Serve the console too, on this same loop.
        engine: The caller's media engine; ``None``: one in this process, ended with the block.
        clock: What tells the time; a test may have hours pass.
        jobs: Have recordings put together, in a process of its own.
        values: Further fields of ``Settings``.
    """
    async with AsyncExitStack() as stack:
        if home is None:
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="sala-"))
        given = {"console_port": 0, "media_port": 0, **values, "home": Path(home), "port": port, "demo": demo}
        settings = Settings.model_validate(given)
        if engine is None:
            config = MediaConfig(
                settings.media_host or settings.host,
                settings.media_port,
                settings.announced,
                settings.announce_port,
                tcp=settings.media_tcp,
            )
            engine = await LocalEngine.start(config)
            stack.push_async_callback(engine.close)
        if console and not settings.console_port:
            settings = settings.model_copy(update={"console_port": free_port(settings.host)})
        sockets, settings = bind(settings)
        await stack.enter_async_context(closing(sockets))
        parts = await stack.enter_async_context(build_parts(settings, engine, clock=clock))
        await stack.enter_async_context(serving(parts, sockets))
        if console:
            from apps.console.server import serving as serving_console  # brings Panel

            await stack.enter_async_context(serving_console(parts.settings, parts.service))
        if jobs:
            await stack.enter_async_context(working(settings.home))
        yield Sala(parts)


@asynccontextmanager
async def working(home: Path) -> AsyncIterator[None]:
    """Run the jobs process inside the block."""
    folder = Path(__file__).parent.parent
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "apps.recording.apart", str(home), cwd=folder)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def free_port(host: str) -> int:
    """Return a free port, for what must be known before it is bound."""
    return any_port(host, socket.SOCK_STREAM)
