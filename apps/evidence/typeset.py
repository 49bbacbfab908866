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
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, values: Mapping[str, Any]) -> bytes:
    """Return a PDF. ``values`` are JSON values; the template has them as ``d``. Takes tens of milliseconds: call it off the loop."""
    import manimgx_fonts  # both only when a PDF is made: they cost start-up time and memory
    import typst

    fonts = Path(next(iter(manimgx_fonts.__path__)))
    settings: dict[str, Any] = {
        "input": (TEMPLATES / template).read_bytes(),
        "sys_inputs": {"data": json.dumps(_printable(values), ensure_ascii=True)},
        "font_paths": [str(fonts)],
        "ignore_system_fonts": True,
        "format": "pdf",
    }
    try:
        made: bytes = typst.compile(**settings, pdf_standards=["ua-1"])
    except typst.TypstError:
        made = typst.compile(**settings)
    return made


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
