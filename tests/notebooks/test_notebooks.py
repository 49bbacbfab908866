"""Every notebook runs from top to bottom, in a kernel of its own; the .ipynb files are their sources with clean outputs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
QUICK = {"SALA_NB_TEST": "1", "SALA_SAMPLE_SESSIONS": "4", "SALA_SHOW_S": "3", "SALA_REPLAY_SPEED": "100000"}
CELL_LIMIT_S = 120


def source(name: str) -> Any:
    return jupytext.read(FOLDER / f"{name}.py")


def test_there_are_notebooks() -> None:
    assert {"explore_attendance", "live_room", "quality", "replay_session", "trainers_demo"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_file_is_its_source_without_outputs(name: str) -> None:
    stored = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    cells = [(cell.cell_type, cell.source) for cell in source(name).cells]
    assert [(cell.cell_type, cell.source) for cell in stored.cells] == cells, "run: make notebooks"
    for cell in stored.cells:
        assert not cell.get("outputs")
        assert not cell.get("execution_count")


@pytest.mark.parametrize("name", NAMES)
async def test_the_notebook_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    resources = {"metadata": {"path": str(FOLDER)}}
    env = {**os.environ, **QUICK, "IPYTHONDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory(
        prefix="nb-"
    ) as short:  # a socket's path has few letters; a port could be taken meanwhile
        config = Config({"KernelManager": {"transport": "ipc", "ip": f"{short}/kernel"}})
        client = NotebookClient(
            source(name), timeout=CELL_LIMIT_S, kernel_name="python3", resources=resources, config=config
        )
        await client.async_execute(env=env)
    texts = [output.get("text", "") for cell in client.nb.cells for output in cell.get("outputs", ())]
    assert not any("Traceback" in text for text in texts), texts
