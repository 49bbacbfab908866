"""The command line of the verifier. Exit code 0: as it was signed; 1: something is not; 2: nothing could be checked."""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sala_verify.sentences import LANGUAGES, saying, sentence

if TYPE_CHECKING:
    from sala_verify.check import Verdict

LEAST_CHARACTERS = 16
"""Of a fingerprint or a hash that is given in part: 64 bits."""
_HEX = re.compile(rf"[0-9a-f]{{{LEAST_CHARACTERS},64}}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to a parser."""
    parser.add_argument("dossier", type=Path, help="the ZIP file")
    parser.add_argument(
        "--key", default="", metavar="PUBLIC", help="the key that the organisation published: a PEM file, or its fingerprint"
    )  # fmt: skip
    parser.add_argument(
        "--head", default="", metavar="HASH", help="a hash noted earlier, or at least 16 characters of it"
    )
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="a participant's receipt (JSON)")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of what is printed")
    parser.add_argument("--json", action="store_true", help="print the findings for a program")


def run(options: argparse.Namespace) -> int:
    """Check and print; return the exit code."""
    try:
        from sala_verify.check import verify  # with it comes cryptography, which is not needed to show the commands
    except ImportError as problem:
        print(saying("lacking", options.language, library=problem.name or problem), file=sys.stderr)
        return 2
    try:
        key, head = _key(options.key), _hash(options.head)
        receipt = options.receipt.read_bytes() if options.receipt else None
        verdict = verify(options.dossier, key=key, head=head, receipt=receipt)
    except OSError as problem:
        file, why = problem.filename or options.dossier, problem.strerror or problem
        print(saying("unreadable", options.language, file=file, why=why), file=sys.stderr)
        return 2
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that has not every letter
    print(_as_json(verdict) if options.json else "\n".join(_told(verdict, options.language, given=bool(key))))
    return 1 if verdict.findings else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sala_verify", description="Checks a dossier of Sala, offline.")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def _key(given: str) -> str:
    """Return a fingerprint. Raises ``ValueError`` for what is neither a PEM file nor a fingerprint."""
    if not given or _HEX.fullmatch(given.lower()):
        return given.lower()
    from sala_verify.members import fingerprint, key_of

    key = key_of(Path(given).read_bytes())
    if key is None:
        raise ValueError(
            f"{given} is neither the PEM file of an Ed25519 public key nor its fingerprint (16 to 64 hex digits)"
        )
    return fingerprint(key)


def _hash(given: str) -> str:
    if given and not _HEX.fullmatch(given.lower()):
        raise ValueError(f"--head takes 16 to 64 hex digits, not {given!r}")
    return given.lower()


def _told(verdict: Verdict, language: str, *, given: bool) -> list[str]:
    if verdict.findings:
        return [saying("broken", language), *(f"  {sentence(one, language)}" for one in verdict.findings)]
    facts = verdict.facts
    lines = [
        saying("sound", language),
        f"  {saying('session', language, **facts)}",
        f"  {saying('time', language, begins=facts['opened_at'], ends=facts['closed_at'])}",
        f"  {saying('events', language, **facts)}",
        f"  {saying('people', language, **facts)}",
        f"  {saying('key', language, **facts)}",
    ]
    return lines if given else [*lines, f"  {saying('compare', language)}"]


def _as_json(verdict: Verdict) -> str:
    findings = [{"code": one.code, "member": one.member, **one.values} for one in verdict.findings]
    return json.dumps({"sound": not findings, "findings": findings, **verdict.facts}, ensure_ascii=False)
