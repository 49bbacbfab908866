"""
Typeset pages as PDF: tagged, with embedded fonts, readable by a screen reader (PDF/UA-1).

A template is a file beside this one; what it shows is handed over as JSON, never as source, so that no name can be anything but text. Noto
Sans and its friends for other scripts and emoji come from a wheel; where a text has a letter that none of them has (Chinese, say), the PDF is
tagged all the same but makes no claim to PDF/UA, which forbids a letter that cannot be shown.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, values: Mapping[str, Any]) -> bytes:
    """Return a PDF. ``values`` are JSON values; the template has them as ``d``. Takes tens of milliseconds: call it off the loop."""
    data = json.dumps(_printable(values), ensure_ascii=True)
    return compiled((TEMPLATES / template).read_bytes(), {"data": data})


def typeset_markup(template: str, values: Mapping[str, Any]) -> bytes:
    """
    Return a PDF of a Jinja2 template of typst markup, for pages that are mostly text.

    Every ``{{ value }}`` in markup becomes a typst string: whatever it holds, it can only be text. ``_`` and the like are given in ``values``.
    """
    return compiled(_environment().get_template(template).render(**values).encode(), {})


def compiled(source: bytes, inputs: Mapping[str, str]) -> bytes:
    """Return the PDF of a typst source; the same source gives the same bytes."""
    import manimgx_fonts  # both only when a PDF is made: they cost start-up time and memory
    import typst

    fonts = Path(next(iter(manimgx_fonts.__path__)))
    settings: dict[str, Any] = {
        "input": source,
        "sys_inputs": dict(inputs),
        "font_paths": [str(fonts)],
        "ignore_system_fonts": True,
        "format": "pdf",
    }
    try:
        made: bytes = typst.compile(**settings, pdf_standards=["ua-1"])
    except typst.TypstError:
        made = typst.compile(**settings)
    return made


class Code(str):
    """A typst expression that was made here."""


def code_of(value: object) -> Code:
    """Return a value as a typst string, to be used in code."""
    text = str(_printable(str(value))).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return Code(f'"{text}"')


def markup_of(value: object) -> str:
    """Return a value as typst markup that shows it and does nothing else."""
    # the semicolon ends the expression: what follows in the template can't become part of it
    return value if isinstance(value, Code) else f"#{code_of(value)};"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,  # typst, not HTML: ``finalize`` escapes
        finalize=markup_of,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = code_of
    return environment


def _printable(value: Any) -> Any:
    """Return values without what no font shows: control characters, lone surrogates, unassigned code points."""
    if isinstance(value, str):
        return "".join(letter if letter == "\n" or _is_printable(letter) else "\ufffd" for letter in value)
    if isinstance(value, Mapping):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(each) for each in value]
    return value


def _is_printable(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn")
