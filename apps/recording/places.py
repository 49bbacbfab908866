"""Where the files of recordings lie, below the home folder."""

from __future__ import annotations

from pathlib import Path

FOLDER = "recordings"


def session_folder(home: Path, session: str) -> Path:
    """Return the folder that holds all of a session's recording; deleting it deletes every trace."""
    return home / FOLDER / session


def tape_folder(home: Path, session: str) -> Path:
    return session_folder(home, session) / "tape"


def work_folder(home: Path, session: str, recording: str) -> Path:
    """Return where a recording is put together."""
    return session_folder(home, session) / "work" / recording


def recording_file(home: Path, session: str, file: str) -> Path:
    return session_folder(home, session) / file
