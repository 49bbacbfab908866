"""Modules put into one file: it does what they did, and says what it can't do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from apps.assets import ROOM_FIRST, ROOM_REST, Assets
from apps.bundle import bundle, in_order

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


def write(folder: Path, **scripts: str) -> None:
    for name, text in scripts.items():
        (folder / f"{name}.js").write_text(text)


def said_by(folder: Path, *files: str) -> list[str]:
    """Run scripts as modules in one program; return what they print."""
    (folder / "all.mjs").write_text("".join(f"await import('./{file}');\n" for file in files))
    (folder / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(["node", str(folder / "all.mjs")], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.split()


@needs_node
def test_names_of_two_modules_do_not_meet_and_each_runs_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        low="let count = 0;\nexport const next = () => (count += 1);\nconsole.log('low');\n",
        left="import { next } from './low.js';\n\nconst mine = 'left';\nexport function left() { return mine + next(); }\n",
        right="import { next as more } from './low.js';\nconst mine = 'right';\nexport class Right { say() { return mine + more(); } }\n",
        top="import { left } from './left.js';\nimport {\n  Right,\n} from './right.js';\nconsole.log(left(), new Right().say());\nexport {};\n",
    )
    (tmp_path / "made.js").write_text(bundle(tmp_path, "top.js"))
    assert said_by(tmp_path, "made.js") == ["low", "left1", "right2"]


@needs_node
def test_a_second_bundle_goes_on_with_the_modules_of_the_first(tmp_path: Path) -> None:
    write(
        tmp_path,
        kept="console.log('kept');\nexport const box = { value: 1 };\n",
        first="import { box } from './kept.js';\nbox.value += 1;\nexport const done = true;\n",
        second="import { box } from './kept.js';\nimport { done } from './first.js';\nconsole.log(done, box.value);\n",
    )
    (tmp_path / "one.js").write_text(bundle(tmp_path, "first.js"))
    (tmp_path / "two.js").write_text(bundle(tmp_path, "second.js", after=("one.js", in_order(tmp_path, "first.js"))))
    assert said_by(tmp_path, "one.js", "two.js") == ["kept", "true", "2"]


@pytest.mark.parametrize(
    "strange", ["export default 5;", "export * from './b.js';", "import b from './b.js';", "export let c;"]
)
def test_what_it_does_not_know_it_refuses(tmp_path: Path, strange: str) -> None:
    write(tmp_path, a=f"{strange}\n", b="")
    with pytest.raises(ValueError, match=r"a\.js: this is not known here"):
        bundle(tmp_path, "a.js")


def test_modules_that_import_each_other_are_told(tmp_path: Path) -> None:
    write(tmp_path, a="import { b } from './b.js';\n", b="import { a } from './a.js';\n")
    with pytest.raises(ValueError, match=r"a\.js imports b\.js imports a\.js"):
        bundle(tmp_path, "a.js")


@needs_node
@pytest.mark.parametrize("path", [ROOM_FIRST, ROOM_REST])
def test_the_room_s_scripts_are_sound(tmp_path: Path, path: str) -> None:
    made = tmp_path / "made.mjs"
    made.write_bytes(Assets().made[path])
    subprocess.run(["node", "--check", str(made)], check=True, timeout=30)


def test_no_module_comes_twice_and_none_is_missing() -> None:
    assets = Assets()
    texts = [assets.made[path].decode() for path in (ROOM_FIRST, ROOM_REST)]
    for name in in_order(assets.folder / "js", "room.js"):
        assert sum(f"modules['{name}'] = " in text for text in texts) == 1, name
