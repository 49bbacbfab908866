"""
Several ES modules as one file, so that a browser asks for one instead of forty. Made at the start, from the files themselves.

It knows the language of our own scripts only: imports are ``import { a, b as c } from './x.js';`` at the head, and what is exported is declared
there and then (``export class``, ``function``, ``const``). Anything else raises, so that nobody finds out in a browser. Each module becomes a
function of its own, which gives back what it exports; so names of two modules can't meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

IMPORT = re.compile(r"^import (?:\{([^}]*)\} from )?'\./([\w-]+\.js)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
ALL = "modules"
"""What a bundle exports: each of its modules by name, for a bundle that is loaded after it."""


def in_order(folder: Path, entry: str) -> list[str]:
    """
    Return a script and all that it imports, directly or not; each stands behind what it imports itself.

    Raises:
        ValueError: If two import each other.
    """
    found: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"{' imports '.join([*above, name])}")
        if name in found:
            return
        for _, imported in IMPORT.findall((folder / name).read_text(encoding="utf-8")):
            visit(imported, (*above, name))
        found.append(name)

    visit(entry, ())
    return found


def bundle(folder: Path, entry: str, *, after: tuple[str, Iterable[str]] | None = None) -> str:
    """
    Return one script that does what ``entry`` does.

    Args:
        after: The address of a bundle that this one goes on from, and the names of its modules: they are not here a second time.
    """
    known = set(after[1]) if after else set()
    names = [name for name in in_order(folder, entry) if name not in known]
    parts = [f"import {{ {ALL} as first }} from './{after[0]}';\n" if after else "const first = {};\n", f"export const {ALL} = {{ ...first }};\n"]  # fmt: skip
    return "".join([*parts, *(_wrapped(name, (folder / name).read_text(encoding="utf-8")) for name in names)])


def _wrapped(name: str, text: str) -> str:
    """Return a module as a function that is called at once."""
    imports = []
    for names, imported in IMPORT.findall(text):
        if names:
            imports.append(f"const {{{names.replace(' as ', ': ')}}} = {ALL}['{imported}'];\n")
    body = EXPORT.sub("", IMPORT.sub("", text)).replace("export {};\n", "")
    strange = _LEFT_OVER.search(body)
    if strange:
        raise ValueError(f"{name}: this is not known here: {strange[0]}")
    exported = ", ".join(EXPORT.findall(text))
    return f"{ALL}['{name}'] = (() => {{\n{''.join(imports)}{body}\nreturn {{ {exported} }};\n}})();\n"
