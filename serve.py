"""Starts Sala: reads the settings, then runs its processes until it is told to stop. ``python serve.py --help`` says more."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from apps.settings import Settings, misspelled
from sala_verify.command import add_arguments
from sala_verify.command import run as verify_dossier

OPTIONS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "home": ("DIR", Path),
    "host": ("HOST", str),
    "port": ("PORT", int),
    "console_port": ("PORT", int),
    "media_port": ("PORT", int),
    "public_url": ("URL", str),
}
"""Settings that have an option of their own; all others are set by SALA_* variables (docs/settings.md)."""


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="serve.py", description="Sala: live conferences and public sessions.")
    for name, (shape, kind) in OPTIONS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=kind, metavar=shape, help=Settings.model_fields[name].description
        )
    parser.add_argument("--demo", action="store_true", default=None, help=Settings.model_fields["demo"].description)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", title="commands", metavar="")
    password = commands.add_parser("password", help="give an account a new password, while Sala is stopped")
    password.add_argument("email")
    commands.add_parser("bounce", help="take a returned message from standard input, for a mail server's pipe")
    add_arguments(commands.add_parser("verify", help="check a session's dossier, offline; see docs/evidence.md"))
    return parser


def read_settings(options: argparse.Namespace) -> Settings:
    """Return the settings: options first, then SALA_* variables, then defaults."""
    given = {name: getattr(options, name) for name in (*OPTIONS, "demo") if getattr(options, name) is not None}
    return Settings(**given)


def main() -> int:
    """Run the command line and return the exit code."""
    options = arguments().parse_args()
    if options.child:
        return run_child(options.child)
    if options.command == "verify":
        return verify_dossier(options)  # needs no settings and no home folder
    try:
        settings = read_settings(options)
    except ValidationError as problem:
        for error in problem.errors():
            name = "_".join(str(part) for part in error["loc"])
            print(f"SALA_{name.upper()}: {error['msg']}", file=sys.stderr)
        return 2
    for name, meant in misspelled(os.environ):
        hint = f"did you mean {meant}? " if meant else ""
        print(
            f"{name} is no setting of Sala, so it changes nothing; {hint}docs/settings.md lists them all.",
            file=sys.stderr,
        )
    if options.command:
        return COMMANDS[options.command](settings, options)
    return run_supervisor(settings)


def run_supervisor(settings: Settings) -> int:
    """Start the process tree."""
    from apps.log import configure
    from apps.supervisor import StartProblem, supervise

    configure(settings.log_level)
    try:
        return asyncio.run(supervise(settings))
    except StartProblem as problem:
        print(f"Sala cannot start: {problem}", file=sys.stderr)
        return 1


# --- children -----------------------------------------------------------------------------------------------------------


def run_child(child: str) -> int:
    """Run one process of the tree, such as ``web`` or ``media-1``; its settings are the first line of standard input."""
    from apps.log import configure

    name, _, number = child.partition("-")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor says when to end
    for module in PRELOADED.get(name, ()):
        importlib.import_module(module)
    line = sys.stdin.readline()
    if not line:
        return 0  # a spare that was never needed
    settings = Settings.model_validate_json(line)
    configure(settings.log_level)
    if name == "jobs":
        confine_jobs(settings)  # while there is one thread
    threading.Thread(target=_end_with_supervisor, daemon=True, name="supervisor-watch").start()
    CHILDREN[name](settings, int(number or 0))
    return 0


def _end_with_supervisor() -> None:
    """Wait for the end of standard input: the supervisor is gone, so this process goes too."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def run_web_child(settings: Settings, number: int) -> None:
    """Run the portal, the API and the Hub."""
    from apps.supervisor import media_socket
    from apps.web import run_web
    from media_core.pool import WorkerPool
    from media_core.remote import WorkerEngine

    async def run() -> None:
        paths = {str(place): media_socket(settings.home, place) for place in range(settings.media_workers)}
        await run_web(settings, WorkerPool({name: WorkerEngine(path) for name, path in paths.items()}))

    asyncio.run(run())


def run_console_child(settings: Settings, number: int) -> None:
    """Run the moderators' console."""
    os.environ["BOKEH_RESOURCES"] = "server"  # before Panel is imported: every script from our own origin
    from apps.console.server import run_console

    asyncio.run(run_console(settings))


def run_media_child(settings: Settings, number: int) -> None:
    """Run a media worker; each has a port and a socket of its own."""
    from apps.supervisor import media_socket
    from media_core.engine import MediaConfig
    from media_core.worker import run_worker

    config = MediaConfig(
        settings.media_host or settings.host,
        settings.media_port + number,
        settings.announced,
        settings.announce_port and settings.announce_port + number,
        tcp=settings.media_tcp,
    )
    run_worker(media_socket(settings.home, number), config)


def confine_jobs(settings: Settings) -> None:
    """Leave the jobs process nothing but recordings."""
    from apps.recording.apart import confine

    confine(settings.home)


def run_jobs_child(settings: Settings, number: int) -> None:
    """Put recordings together, at low priority."""
    from apps.recording.jobs import run_jobs

    run_jobs(settings.home)


CHILDREN: dict[str, Callable[[Settings, int], None]] = {
    "web": run_web_child,
    "console": run_console_child,
    "media": run_media_child,
    "jobs": run_jobs_child,
}

PRELOADED: dict[str, tuple[str, ...]] = {
    "web": ("apps.web", "media_core.pool", "media_core.remote"),
    "media": ("media_core.worker",),
}
"""What a spare imports before it waits for its settings: the seconds that a restart would otherwise take."""

# --- commands -----------------------------------------------------------------------------------------------------------


def set_password(settings: Settings, options: argparse.Namespace) -> int:
    """Give an account a new password and print it once."""
    from apps.auth import reset_password

    return reset_password(settings, options.email)


def take_bounce(settings: Settings, options: argparse.Namespace) -> int:
    """Put a returned message where the running web process finds it."""
    from apps.mail.bounces import drop_bounce

    return drop_bounce(settings.home, sys.stdin.buffer.read())


COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {"password": set_password, "bounce": take_bounce}

if __name__ == "__main__":
    sys.exit(main())
