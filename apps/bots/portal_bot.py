"""One synthetic person in a room."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from apps.bots.door import Seat, enter
from apps.bots.picture_of_room import PictureOfRoom
from apps.dial import dial
from media_core.bots import Bot

RETRY_S = 0.5
COMMAND_TIMEOUT_S = 15.0
KEPT_EVENTS = 1000
MOST_WAITING_MESSAGES = 1000
"""More than any room says in a moment; a bot that is so far behind misses the oldest."""

_SOURCE_OF_MID = {"mic": "microphone", "cam": "camera", "scr": "screen"}


class Refused(Exception):
    """The server denied a command, or let the bot not stay; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PortalBot:
    """
    Comes by a personal link, switches its microphone and camera on, looks at everybody, and comes back when the connection breaks.

    Use it as ``async with PortalBot(link) as bot``; inside the block it is on its way in, and ``seated`` waits until it
    is there. A moderator's switch is obeyed: the bot sends what the server says is on.

    Args:
        join_url: The person's link, ``http://…/j/…``.
        picture: Number of its camera picture (``media_core.bots.pictures``).
        tone_hz: Pitch of its voice, or the frequency of its tone.
        babble: Speak in phrases; else a steady tone.
        microphone: Switch the microphone on when seated.
        camera: Switch the camera on when seated.
        keep_payloads: How many of each slot's last payloads to keep.
    """

    def __init__(
        self,
        join_url: str,
        *,
        picture: int = 0,
        tone_hz: float = 160.0,
        babble: bool = True,
        microphone: bool = True,
        camera: bool = True,
        keep_payloads: int = 0,
        consent: str = "all",
    ) -> None:
        self.join_url = join_url
        self.me = ""
        """The participant id, once seated."""
        self.room = PictureOfRoom()
        self.events: list[dict[str, Any]] = []
        self.slots: dict[str, dict[str, str] | None] = {}
        self.speakers: list[str] = []
        self.quality: dict[str, Any] = {}
        self.tape_lights: dict[str, dict[str, bool]] = {}
        """Participant to source to whether it reaches the tape."""
        self.tape_lights_at = ""
        self.waiting = False
        """The session is not open yet."""
        self.ended = ""
        """Why the bot was sent away: the reason or code; empty while it may stay."""
        self.media: Bot | None = None
        self.welcomes = 0
        """1 after the first entry, one more for each return."""
        self.transport: str | None = None
        """Id of the present media transport."""
        self._picture, self._tone_hz, self._babble, self._keep = picture, tone_hz, babble, keep_payloads
        self._wishes = {"set_microphone": microphone, "set_camera": camera}
        self._consent = consent
        self._tab = secrets.token_hex(8)
        self._connection: WebSocketClientConnection | None = None
        self._commands: dict[int, asyncio.Future[None]] = {}
        self._number = 0
        self._shown: Mapping[str, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> PortalBot:
        seat = await enter(self.join_url)
        self._staying = self._spawn(self._stay(seat), "portal-bot")
        self._staying.add_done_callback(lambda done: self._changed.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._end_media()

    async def seated(self, timeout_s: float = 15.0) -> None:
        """
        Wait until the bot has its seat and its media flow.

        Raises:
            Refused: If it is sent away instead.
            TimeoutError: If it takes longer.
        """
        async with asyncio.timeout(timeout_s):
            await self.until(lambda: self.media is not None)
            if self.media is not None:
                await self.media.connected(timeout_s)

    async def until(self, condition: Callable[[], bool]) -> None:
        """
        Wait until a condition on what the bot knows is true; it is looked at after each message.

        Raises:
            Refused: If the bot was sent away and the condition will not become true any more.
        """
        while not condition():
            if self._staying.done():
                self._staying.result()  # a broken bot says why
                raise Refused(self.ended)
            self._changed.clear()
            await self._changed.wait()

    async def command(self, type_: str, **fields: Any) -> None:
        """
        Ask the server for something and wait until it is done.

        Raises:
            Refused: If it is denied.
            ConnectionError: If the connection breaks before the answer.
        """
        self._number += 1
        number = self._number
        answer = self._commands[number] = asyncio.get_running_loop().create_future()
        self._send({"type": "command", "id": number, "command": {"type": type_, **fields}})
        try:
            async with asyncio.timeout(COMMAND_TIMEOUT_S):
                await answer
        finally:
            del self._commands[number]

    async def say(self, text: str, to: str = "everyone") -> None:
        """Send a chat message."""
        await self.command("send_message", text=text, to=to)

    async def leave(self) -> None:
        """Leave the session for good; the server may close the connection before it answers."""
        try:
            await self.command("leave")
        except ConnectionError:
            if not self.ended:
                raise

    # --- the connection -----------------------------------------------------------------------------------------------

    async def _stay(self, seat: Seat) -> None:
        while not self.ended:
            messages: asyncio.Queue[str | bytes | None] = asyncio.Queue(MOST_WAITING_MESSAGES)
            try:
                request = HTTPRequest(seat.socket_url, headers=seat.headers)
                # A callback, because a connection that is only read from never ends while something is left unread.
                connection = await dial(request, on_message_callback=partial(_keep, messages))
            except (OSError, HTTPClientError):
                await asyncio.sleep(RETRY_S)
                continue
            self._connection = connection
            self._shown = {}
            try:
                self._hello()
                await self._read(messages)
            except ConnectionError:  # it broke while something was being sent
                pass
            finally:
                connection.close(1000)
            self._break_commands()
            if not self.ended:
                await asyncio.sleep(RETRY_S)

    def _hello(self) -> None:
        alive = self.media is not None and not self.media.ended
        since = self.room.number if self.room.session else None
        self._send(
            {
                "type": "hello",
                "device": "desktop",
                "tab": self._tab,
                "since": since,
                "session": self.room.session,
                "transport": self.transport if alive else None,
            }
        )

    async def _read(self, messages: asyncio.Queue[str | bytes | None]) -> None:
        while (raw := await messages.get()) is not None:
            await self._take(json.loads(raw))
            self._changed.set()

    def _send(self, message: Mapping[str, Any]) -> None:
        connection = self._connection
        try:
            if connection is None:
                raise WebSocketClosedError
            connection.write_message(json.dumps(message))
        except WebSocketClosedError as error:
            raise ConnectionError("the bot is not connected at the moment") from error

    def _break_commands(self) -> None:
        for answer in self._commands.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the connection broke before the answer"))

    # --- messages -----------------------------------------------------------------------------------------------------

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "welcome":
                await self._welcomed(message)
            case "waiting":
                self.waiting = True
            case "events":
                self._take_events(message["events"])
            case "offer":
                await self._answer(message)
            case "done" | "denied":
                self._answered(message)
            case _:
                self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        """Keep what the server only tells."""
        match message["type"]:
            case "slots":
                self.slots = message["slots"]
            case "speakers":
                self.speakers = message["participants"]
            case "quality":
                self.quality = message["participants"]
            case "tape_lights":
                changed = message["participants"]
                self.tape_lights = {**self.tape_lights, **changed} if changed else {}
                self.tape_lights_at = message["at"]
            case "refused":
                self.ended = message["code"]
            case "closed":
                self.ended = message["reason"]

    async def _welcomed(self, message: dict[str, Any]) -> None:
        self.me, self.waiting = message["you"], False
        self.welcomes += 1
        self.room.take_snapshot(message["snapshot"])
        if message["offer"] is not None:
            await self._answer(message["offer"])
        self._follow()
        if self.welcomes == 1:
            self._spawn(self._wish(), "portal-bot-wishes")

    async def _wish(self) -> None:
        """Switch on what the bot was made to send; a refusal (a lock, a role) leaves it off."""
        with suppress(Refused, ConnectionError, TimeoutError):
            await self.command("set_consent", choice=self._consent)  # says nothing where nothing is recorded
        for command, wanted in self._wishes.items():
            if wanted:
                try:
                    await self.command(command, on=True)
                except (Refused, ConnectionError, TimeoutError):
                    continue

    def _take_events(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            self.room.take_event(event)
        self.events = [*self.events, *events][-KEPT_EVENTS:]
        self._follow()

    def _answered(self, message: dict[str, Any]) -> None:
        answer = self._commands.get(message["id"])
        if answer is None or answer.done():
            return
        if message["type"] == "done":
            answer.set_result(None)
        else:
            answer.set_exception(Refused(message["code"]))

    # --- media --------------------------------------------------------------------------------------------------------

    async def _answer(self, offer: Mapping[str, Any]) -> None:
        """Begin a new transport; the old one, if any, ends."""
        await self._end_media()
        self.transport = offer["transport"]
        media = Bot(
            offer["sdp"],
            picture=self._picture,
            tone_hz=self._tone_hz,
            babble=self._babble,
            screen=self._picture + 6,
            keep_payloads=self._keep,
        )
        self.media = await media.__aenter__()
        self._shown = {}
        self._follow()
        self._send({"type": "answer", "transport": self.transport, "sdp": media.answer})
        self._spawn(self._watch(media), "portal-bot-media")

    async def _watch(self, media: Bot) -> None:
        """Ask for a new transport when this one has ended and no other was begun meanwhile."""
        await media.wait_ended()
        while self.media is media and not self.ended:
            with suppress(ConnectionError):
                self._send({"type": "new_transport"})
            await asyncio.sleep(RETRY_S * 4)

    async def _end_media(self) -> None:
        media, self.media = self.media, None
        if media is not None:
            await media.__aexit__(None, None, None)

    def _follow(self) -> None:
        """Send what is on, and ask for what there is to see."""
        if self.media is None or not self.me:
            return
        for mid, source in _SOURCE_OF_MID.items():
            if mid in self.media.sent:
                self.media.sent[mid].on = self.room.sends(self.me, source)
        view = self.room.view(self.me)
        if view != self._shown:
            self._shown = view
            self._send({"type": "view", "transport": self.transport, **view})

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _keep(messages: asyncio.Queue[str | bytes | None], message: str | bytes | None) -> None:
    if messages.full():
        messages.get_nowait()
    messages.put_nowait(message)
