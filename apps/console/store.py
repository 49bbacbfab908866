"""What a console page knows: parameters fed by the RoomService's notices and by reading the database. Views watch them and write nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import param

from apps.console.chores import Chores
from apps.console.desk import Desk
from apps.console.feed import RoomFeed
from apps.console.live_room import LiveRoom
from apps.live.state import Denied
from apps.service import LinkNotice, Notice, QualityNotice, RecordsNotice, SessionNotice
from data import accounts, contacts, encoders, invitations, organisations, readiness, recordings, rooms, sessions
from data.ids import RoomId

BEAT_S = 1.0
ORGANISATIONS_OFFERED = 2000  # others are found by their tax code
PRESENCE_EVENTS = frozenset(
    {"session_opened", "session_closed", "connected", "participant_gone", "participant_left", "participant_removed"}
)
"""Events after which the number of people in a room may be another."""

CHANGES: Mapping[str, tuple[str, ...]] = {  # kind of a RecordsNotice: what is read again
    "room": ("rooms", "live"),
    "session": ("live", "sessions"),
    "invitation": ("invitations",),
    "encoder": ("encoders",),
    "contact_list": ("lists", "contacts"),
    "contact": ("lists", "contacts"),
    "account": ("accounts", "suppliers"),
    "tender": ("tenders",),
    "organisation": ("suppliers", "tenders"),
    "readiness": ("tenders", "invitations"),
    "recording": ("recordings",),
    "tape": ("live",),
}


class ConsoleStore(param.Parameterized):
    """
    One store a page. ``want`` says what the page shows now; only that is read again when something changes.

    Rows are detached rows of ``data.models``.
    """

    link_up = param.Boolean(True, doc="Whether the web process can be reached; actions wait while it cannot.")
    signed_in = param.Boolean(True, doc="Whether the sign-in still holds, as far as a notice told.")
    rooms = param.List([], doc="Rooms that the account may see, as ``data.rooms.list_for`` orders them.")
    live = param.Dict({}, doc="Open sessions by room id, as ``RoomService.live_rooms`` tells them.")
    lists = param.List([], doc="Contact lists of the account, by name.")
    counts = param.Dict({}, doc="Number of contacts by list id.")
    contacts = param.Dict({}, doc="Contacts by list id, of all lists.")
    room_id = param.String("", doc="The room that is looked at; empty for none.")
    invitations = param.List([], doc="Invitations of the room that is looked at.")
    checks = param.Dict({}, doc="What people's last checks for that room found, by person.")
    encoders = param.List([], doc="Encoders of the room that is looked at which may present, by name.")
    sessions = param.List([], doc="Sessions of the room that is looked at, the newest first.")
    recordings = param.List(
        [], doc="Recordings of the account's rooms, the newest first; deleted ones are not among them."
    )
    archives = param.Dict({}, doc="Archives that still exist, by session.")
    accounts = param.List([], doc="Accounts, by name; read for administrators.")
    tenders = param.Integer(
        0, doc="Counts changes of tenders and who takes part; pages read what they show themselves."
    )
    suppliers = param.Integer(0, doc="Counts changes of suppliers and their people.")
    organisations = param.List([], doc="Name and tax code of the suppliers that a field proposes, by name.")
    names = param.Dict({}, doc="Names of accounts by id, for the log.")
    health = param.Parameter(
        None, doc="``apps.service.Health``, or ``None`` while unknown; read again with the figures."
    )
    beat = param.Integer(0, doc="Counts new figures of any room; the desk's board has them.")
    session = param.Integer(0, doc="Counts changes of the room's ``feed``.")
    refusal = param.Parameter(None, doc="A ``Denied`` if the room's session may not be seen, else ``None``.")

    def __init__(self, desk: Desk) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.desk = desk
        self.chores = Chores()
        self.feed = RoomFeed("")
        """The session of the room that is looked at; other pages of this process have the same one. One without a room as long as nothing may be seen."""
        self._followed = ""
        self._wanted: frozenset[str] = frozenset()
        self._unlisten: Callable[[], None] | None = None
        self._beat_s = 0.0
        self._loaders: Mapping[str, Callable[[], Awaitable[None]]] = {
            "rooms": self._read_rooms,
            "live": self._read_live,
            "lists": self._read_lists,
            "contacts": self._read_contacts,
            "invitations": self._read_invitations,
            "encoders": self._read_encoders,
            "sessions": self._read_sessions,
            "accounts": self._read_accounts,
            "tenders": self._note_tenders,
            "suppliers": self._read_suppliers,
            "recordings": self._read_recordings,
            "names": self._read_names,
            "session": self._read_session,
            "health": self._read_health,
            "beat": self._read_nothing,
        }

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen from now on. Call it on the loop."""
        if self._unlisten is None:
            self._unlisten = self.desk.service.listen(self.take)

    def stop(self) -> None:
        """Listen no more and end what is being read."""
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        self._follow("")
        self.chores.stop()

    async def want(self, *kinds: str, room: str = "") -> None:
        """Read these now, and again whenever they change; forget what another room left behind."""
        if room != self.room_id:
            with param.parameterized.batch_call_watchers(self):
                self.room_id, self.invitations, self.sessions, self.refusal = room, [], [], None
                self.encoders = []
        self._wanted = frozenset(kinds)
        self._follow(room if "session" in kinds else "")
        for kind in kinds:
            self._again(kind)
        await self.chores.settled()

    def _follow(self, room: str) -> None:
        """Have the room's feed run, so that it misses nothing; it is seen once a snapshot was given (``_read_session``)."""
        if room == self._followed:
            return
        self.desk.feeds.unfollow(self._followed, self)
        self._followed, self.feed = room, RoomFeed("")
        if room:
            self.desk.feeds.follow(room, self)

    @property
    def live_room(self) -> LiveRoom:
        """The session of the room that is looked at."""
        return self.feed.room

    def _again(self, *kinds: str) -> None:
        for kind in kinds:
            if kind in self._wanted:
                self.chores.want(kind, self._loaders[kind])

    # --- notices ------------------------------------------------------------------------------------------------------

    def take(self, notice: Notice) -> None:
        """Take one notice, on the loop."""
        if isinstance(notice, QualityNotice):
            self._figures()
        match notice:
            case SessionNotice(events=events) if any(event["type"] in PRESENCE_EVENTS for event in events):
                self._again("live")
            case RecordsNotice():
                self._again(*CHANGES.get(notice.kind, ()))
                if notice.kind == "account" and self.desk.account.id in notice.ids:
                    self.param.trigger("signed_in")
            case LinkNotice(up=up):
                self.link_up = up
                if up:
                    self._again(*self._wanted)

    def _figures(self) -> None:
        """New figures of some room: at most one drawing a second, however many rooms there are."""
        if "beat" in self._wanted and time.monotonic() - self._beat_s >= BEAT_S:
            self._beat_s = time.monotonic()
            self.beat += 1
            self._again("health")

    # --- the room's feed ----------------------------------------------------------------------------------------------

    def changed(self, decided_at_s: float) -> None:
        if self.feed.room_id:
            self.desk.pulse.decided(decided_at_s)
            self.session += 1

    def gap(self) -> None:
        self._again("session")

    # --- reading ------------------------------------------------------------------------------------------------------

    async def _read_session(self) -> None:
        if not self.room_id:
            return
        room_id = self.room_id
        snapshot = await self.desk.service.snapshot(self.desk.secret, RoomId(room_id))
        if room_id != self.room_id:
            return
        if isinstance(snapshot, Denied):
            self._follow("")
            self.refusal = snapshot
            return
        self._follow(room_id)  # a right that came back
        self.refusal = None
        self.feed = self.desk.feeds.follow(room_id, self)
        self.feed.load(snapshot)
        self.feed.name(self.names or self.feed.names)
        self.session += 1

    async def _read_health(self) -> None:
        self.health = await self.desk.health.read(self.desk.secret)

    async def _read_nothing(self) -> None:
        """The figures come by themselves."""

    async def _read_live(self) -> None:
        found = await self.desk.service.live_rooms(self.desk.secret)
        self.live = {one["room"]: dict(one) for one in found}

    async def _read_rooms(self) -> None:
        self.rooms = await self.desk.read(rooms.list_for, owner_id=self.desk.owner_id)

    async def _read_lists(self) -> None:
        found = await self.desk.read(contacts.lists_for, owner_id=self.desk.owner_id)
        counts = await self.desk.read(contacts.counts, list_ids=[one.id for one in found])
        self.param.update(lists=found, counts=counts)

    async def _read_contacts(self) -> None:
        self.contacts = await self.desk.read(partial(_contacts_of, owner_id=self.desk.owner_id))

    async def _read_invitations(self) -> None:
        if self.room_id:
            found = await self.desk.read(invitations.of_room, room_id=self.room_id)
            self.param.update(invitations=found, checks=await self.desk.read(readiness.of_room, room_id=self.room_id))

    async def _read_encoders(self) -> None:
        if self.room_id:
            self.encoders = await self.desk.read(encoders.of_room, room_id=self.room_id)

    async def _read_sessions(self) -> None:
        if self.room_id:
            self.sessions = await self.desk.read(sessions.of_room, room_id=RoomId(self.room_id))

    async def _read_accounts(self) -> None:
        if self.desk.administrator:
            self.accounts = await self.desk.read(accounts.list_all, suppliers=False)

    async def _note_tenders(self) -> None:
        self.tenders += 1

    async def _read_suppliers(self) -> None:
        found, _total = await self.desk.read(organisations.page, limit=ORGANISATIONS_OFFERED)
        self.organisations = [(row.organisation.name, row.organisation.tax_code) for row in found]
        self.suppliers += 1

    async def _read_recordings(self) -> None:
        found = await self.desk.read(rooms.list_for, owner_id=self.desk.owner_id)
        ids = {one.id for one in found}
        rows = await self.desk.read(recordings.of_rooms, room_ids=sorted(ids))
        kept = await self.desk.read(recordings.archives, states=("capturing", "captured"))
        archives = {one.session_id: one for one in kept if one.room_id in ids}
        self.param.update(recordings=rows, archives=archives)

    async def _read_names(self) -> None:
        self.names = {one.id: one.name for one in await self.desk.read(accounts.list_all)}
        self.feed.name(self.names)

    # --- questions ----------------------------------------------------------------------------------------------------

    def room(self, room_id: str) -> Any:
        """Return the row of a room that the account may see, or ``None``."""
        return next((one for one in self.rooms if one.id == room_id), None)


def _contacts_of(session: Any, *, owner_id: str | None) -> dict[str, list[Any]]:
    return {one.id: contacts.of_list(session, list_id=one.id) for one in contacts.lists_for(session, owner_id=owner_id)}
