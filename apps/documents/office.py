"""How LibreOffice is asked for a PDF: a fresh profile with the strictest settings, the import filter named, nothing guessed from names."""

from __future__ import annotations

from pathlib import Path

from apps.confine import ROOM

FILTERS = {
    "pptx": "Impress MS PowerPoint 2007 XML",
    "docx": "MS Word 2007 XML",
    "odp": "impress8",
    "odt": "writer8",
    "ppt": "MS PowerPoint 97",
    "doc": "MS Word 97",
}
AGAIN = (79, 81)  # exit codes by which a fresh profile asks to be started once more

_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("org.openoffice.Office.Common/Save/Document", "AutoSave", "false"),
    ("org.openoffice.Office.Update/Update", "Enabled", "false"),
)


def prepare_profile(work: Path) -> None:
    """Write the profile of one conversion into its working folder."""
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    folder = work / "profile" / "user"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )


def command(program: str, content: str, pages_max: int) -> list[str]:
    """Return the command that makes ``original.pdf`` of ``original.<content>``; at most one page more than may be shown."""
    writer = "writer" if content in ("odt", "docx", "doc") else "impress"
    pages = f'{{"PageRange":{{"type":"string","value":"1-{pages_max + 1}"}}}}'
    return [
        program,
        f"-env:UserInstallation=file://{ROOM}/profile",
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        "--nolockcheck",
        f"--infilter={FILTERS[content]}",
        "--convert-to",
        f"pdf:{writer}_pdf_Export:{pages}",
        "--outdir",
        ROOM,
        f"{ROOM}/original.{content}",
    ]
