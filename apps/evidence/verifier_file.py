"""The verifier as one file that Python runs: ``sala-verify.pyz``, for whoever has a dossier and no Sala."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

FILE_NAME = "sala-verify.pyz"
_SOURCE = Path(__file__).parents[2] / "sala_verify"
_MAIN = "import sys\n\nfrom sala_verify.command import main\n\nsys.exit(main())\n"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@cache
def single_file() -> bytes:
    """Return the file: the package as it is, readable after unpacking, with what Python needs to run it (PEP 441)."""
    held = io.BytesIO()
    held.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py", _FIRST_DAY), _MAIN)
        for source in sorted(_SOURCE.glob("*.py")):
            archive.writestr(zipfile.ZipInfo(f"sala_verify/{source.name}", _FIRST_DAY), source.read_bytes())
    return held.getvalue()
