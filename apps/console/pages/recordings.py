"""Recordings (D3): what there is, how far it is, how long it is kept; play, download, share, keep, delete."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, ClassVar

from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.live.commands_recording import NAME_MAX_CHARACTERS
from apps.recording.commands import (
    ArchiveCommand,
    DeleteArchive,
    DeleteRecording,
    KeepArchive,
    NameRecording,
    ReleaseRecording,
    RetryRecording,
    ShareRecording,
)
from data.ids import RecordingId, SessionId
from data.models import Archive, Recording


class RecordingsPage(Page):
    """All recordings of the moderator's conferences, the newest first; the archives they come from are below."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "recordings")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse)
        self.form = Form(self.desk.pulse, self._on_form)
        self._renamed = ""
        """The recording that the form is about."""
        self.table = Table(self.desk.pulse, self._on_table)
        self.archive_bar = Bar(self.desk.pulse)
        self.archives = Table(self.desk.pulse, self._on_archives)
        self.redraw()

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form, self.table, self.archive_bar, self.archives]

    async def read(self) -> None:
        self.form.hide()
        await self.store.want("rooms", "recordings")

    def redraw(self) -> None:
        _ = self.words
        self.bar.draw(
            title=_("Recordings"),
            facts=_("Made as soon as their conference has ended, so that the conference is not disturbed."),
        )
        self.table.draw(
            caption=_("Recordings"),
            columns=[
                {"key": "name", "title": _("Title"), "wide": True},
                {"key": "when", "title": _("When")},
                {"key": "takes", "title": _("What it shows")},
                {"key": "state", "title": _("State")},
            ],
            rows=[self.row(one) for one in self.store.recordings],
            empty=_("Nothing was recorded yet. Tick record in a conference."),
            search=_("Search") if len(self.store.recordings) > 8 else "",
            acts=_("Actions"),
        )
        kept = sorted(self.store.archives.values(), key=lambda one: one.begun_at, reverse=True)
        self.archive_bar.draw(
            title=_("The archive"), small=True, facts=_("Everything that was sent, kept to cut from.")
        )
        self.archives.draw(
            caption=_("The archive"),
            columns=[
                {"key": "title", "title": _("Conference"), "wide": True},
                {"key": "when", "title": _("When")},
                {"key": "size", "title": _("Size"), "kind": "number"},
                {"key": "left", "title": _("Days left"), "kind": "number"},
            ],
            rows=[self.archive_row(one) for one in kept],
            empty=_("The archive is empty."),
            acts=_("Actions"),
        )

    # --- rows ---------------------------------------------------------------------------------------------------------

    def row(self, one: Recording) -> dict[str, Any]:
        _ = self.words
        room = self.store.room(one.room_id)
        name = one.name or _("Recording {number}", number=one.number)
        return {
            "id": one.id,
            "cells": {
                "name": {"text": name, "sub": room.title if room else "", "main": True, "mark": " · ".join(filter(None, (_("Reserved part") if one.reserved else "", _("shared") if one.shared else "", _("released to the suppliers") if one.released else "")))},
                "when": {"text": _.moment(one.begins_at), "sub": length(one)},
                "takes": {"text": self.takes_text(one.takes), "sub": _("released to the suppliers") if one.released else ""},
                "state": self.state_cell(one),
            },
            "actions": self.actions_of(one),
        }  # fmt: skip

    def actions_of(self, one: Recording) -> list[dict[str, Any]]:
        _ = self.words
        address = f"{self.desk.portal}/recordings/{one.id}"
        found: list[dict[str, Any]] = []
        if one.state == "ready":
            found = [
                {"name": "play", "label": _("Play"), "icon": "enter", "href": address, "outside": True},
                {"name": "download", "label": _("Download"), "icon": "download", "only_icon": True, "tone": "quiet", "href": f"{address}/file?download", "outside": True},
                self.audience_action(one),
            ]  # fmt: skip
        if one.state == "failed":
            found.append(self.action("retry", _("Try again"), icon="list"))
        archive = self.store.archives.get(one.session_id)
        if archive is not None and archive.state == "captured":
            found.append(self.action("rename", _("Rename"), icon="edit", only_icon=True, tone="quiet"))
        if one.state in ("ready", "failed"):
            confirm = _("Press again to delete")
            found.append(
                self.action("delete", _("Delete"), icon="trash", only_icon=True, tone="quiet", confirm=confirm)
            )
        return found

    def audience_action(self, one: Recording) -> dict[str, Any]:
        """In a tender the suppliers are the audience of what was public; else those who were there are."""
        _ = self.words
        room = self.store.room(one.room_id)
        if room is not None and room.kind == "tender" and not one.reserved:
            label = _("Withdraw from the suppliers") if one.released else _("Release to the suppliers")
            return self.action("withdraw" if one.released else "release", label, icon="people")
        label = _("Stop sharing") if one.shared else _("Share")
        return self.action("unshare" if one.shared else "share", label, icon="people")

    def state_cell(self, one: Recording) -> dict[str, Any]:
        _ = self.words
        match one.state:
            case "capturing":
                return {"pill": "bad live", "text": _("Recording")}
            case "captured":
                return {"pill": "info", "text": _("Waiting")}
            case "processing":
                left = "" if one.remaining_s is None else _("about {minutes} min left", minutes=max(1, math.ceil(one.remaining_s / 60)))  # fmt: skip
                return {"pill": "info", "text": f"{round(one.progress * 100)} %", "sub": left}
            case "ready":
                gaps = _.ngettext("{count} gap", "{count} gaps", len(one.gaps)) if one.gaps else ""
                return {"pill": "good", "text": _("Ready"), "sub": " · ".join(filter(None, [size(one.bytes), gaps]))}
        return {"pill": "bad", "text": _("Failed"), "sub": _("The disk is full.") if one.code == "disk_full" else ""}

    def archive_row(self, one: Archive) -> dict[str, Any]:
        _ = self.words
        room = self.store.room(one.room_id)
        actions = []
        if one.state == "captured":
            label = _("Let it be deleted") if one.keep else _("Keep")
            actions = [
                {"name": "cut", "label": _("Cut"), "icon": "edit", "href": f"#/recordings/{one.session_id}"},
                self.action("unkeep" if one.keep else "keep", label, icon="archive"),
                self.action("delete", _("Delete"), icon="trash", only_icon=True, tone="quiet", confirm=_("Press again to delete all of it")),
            ]  # fmt: skip
        return {
            "id": one.session_id,
            "cells": {
                "title": {"text": room.title if room else "", "main": True, "mark": _("kept") if one.keep else ""},
                "when": _.moment(one.begun_at),
                "size": size(one.bytes),
                "left": self.days_left(one),
            },
            "actions": actions,
        }

    def days_left(self, one: Archive) -> str:
        if one.keep or one.closed_at is None:
            return "–"
        left = one.closed_at + timedelta(days=self.desk.recording_days) - self.desk.clock()
        return str(max(0, math.ceil(left / timedelta(days=1))))

    def takes_text(self, takes: str) -> str:
        _ = self.words
        texts = {
            "stage": _("Stage only"),
            "stage_and_cameras": _("Stage and cameras"),
            "presentation": _("Presentation only"),
            "sound": _("Sound only"),
        }
        return texts.get(takes, "")

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def _on_table(self, message: Message) -> None:
        recording = RecordingId(str(message.get("row", "")))
        if message.get("press") == "rename":
            self.ask_name(recording)
            return
        commands: dict[str, ArchiveCommand] = {
            "share": ShareRecording(recording=recording, shared=True),
            "unshare": ShareRecording(recording=recording, shared=False),
            "release": ReleaseRecording(recording=recording, released=True),
            "withdraw": ReleaseRecording(recording=recording, released=False),
            "retry": RetryRecording(recording=recording),
            "delete": DeleteRecording(recording=recording),
        }
        command = commands.get(str(message.get("press")))
        if command is None or not await self.desk.ask(command):
            return
        if isinstance(command, ShareRecording) and command.shared:
            said = self._("Those who were in the conference can watch it at its address.")
            self.desk.messages.say(f"{said} {self.desk.portal}/recordings/{recording}", "good")
        if isinstance(command, ReleaseRecording) and command.released:
            said = self._("The suppliers admitted to the tender find it on the tender’s page, until you withdraw it.")
            self.desk.messages.say(said, "good")

    def ask_name(self, recording: RecordingId) -> None:
        _ = self.words
        row = next((one for one in self.store.recordings if one.id == recording), None)
        if row is None:
            return
        self._renamed = recording
        self.form.draw(
            title=_("Name of the recording"),
            fields=[
                {"name": "name", "kind": "text", "label": _("Title"), "value": row.name, "most": NAME_MAX_CHARACTERS}
            ],
            submit=_("Save"),
            cancel=_("Cancel"),
            focus=True,
        )

    async def _on_form(self, message: Message) -> None:
        if "submit" not in message:
            self.form.hide()
            return
        name = str(message["submit"].get("name") or "")[:NAME_MAX_CHARACTERS]
        if await self.desk.ask(NameRecording(recording=RecordingId(self._renamed), name=name)):
            self.form.hide()
            await self.store.want("recordings")
        self.form.answered()

    async def _on_archives(self, message: Message) -> None:
        session = SessionId(str(message.get("row", "")))
        commands: dict[str, ArchiveCommand] = {
            "keep": KeepArchive(session=session, keep=True),
            "unkeep": KeepArchive(session=session, keep=False),
            "delete": DeleteArchive(session=session),
        }
        command = commands.get(str(message.get("press")))
        if command is not None:
            await self.desk.ask(command)


def size(bytes_: int) -> str:
    """Return a size such as ``12 MB``."""
    if bytes_ >= 1e9:
        return f"{bytes_ / 1e9:.1f} GB"
    return f"{max(1, round(bytes_ / 1e6))} MB" if bytes_ else ""


def length(one: Recording) -> str:
    """Return how long a recording is, such as ``1:05:09``; empty while it runs."""
    if one.ends_at is None:
        return ""
    seconds = round((one.ends_at - one.begins_at).total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
