"""What a front end knows of the daemon: sessions and metadata by id, kept up to date.

Rule 1: a notification, a snapshot and `clear` are newer than a load that was under way when they
        came; the load does not undo them.
Rule 2: metadata notifications touch only what is there. A session's arrival is told by a session
        notification, which carries its metadata; a change of totals alone is not, so the cache
        joins it to the session itself.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, structs

from agent_console.client.cursor import Disconnected, Followed, Reconnected
from agent_console.errors import AgentConsoleError
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, urgency
from agent_console.model.usage import Limits
from agent_console.protocol.messages import (
    Bye,
    Get,
    Heartbeat,
    ListSessions,
    Meta_,
    SessionRemoved,
    Snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from agent_console.client.asynchronous import AsyncClient

Kind: TypeAlias = Literal["session", "metadata", "board", "limits", "state"]


class CacheChange(Struct, frozen=True, gc=False):
    """Something in the cache is different now.

    Attributes:
        kind: A `session` or `metadata` entry (put or dropped), the whole `board`, the `limits`, or
            the `state` of the cache itself: loading, error, connected.
        session_id: Which entry.
    """

    kind: Kind
    session_id: str | None = None


class Told:
    """What became of the cache while a load was under way.

    Attributes:
        entries: Those that were put or dropped.
        everything: A snapshot came.
    """

    def __init__(self) -> None:
        self.entries: set[tuple[Kind, str]] = set()
        self.everything = False

    def __contains__(self, entry: object) -> bool:
        return self.everything or entry in self.entries


Listener: TypeAlias = Callable[[CacheChange], None]


class SessionCache:
    """Sessions and metadata by id, with listeners. For one event loop's tasks.

    Attributes:
        limits: The account's limits, as last told.
        error: Why the last load failed; gone at the next one, or by `clear_error`.
        connected: A subscription feeds it now.
    """

    def __init__(self) -> None:
        self.limits = Limits()
        self.error: AgentConsoleError | None = None
        self.connected = False
        self._sessions: dict[str, Session] = {}
        self._metadata: dict[str, SessionMetadata] = {}
        self._listeners: list[Listener] = []
        self._loads = 0
        self._told: dict[int, Told] = {}
        """For each load under way, what came since it began."""

    # ---- reading ---------------------------------------------------------------------------

    @property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions by id; a view that stays up to date."""
        return MappingProxyType(self._sessions)

    @property
    def metadata(self) -> Mapping[str, SessionMetadata]:
        """The totals by session id; a view that stays up to date."""
        return MappingProxyType(self._metadata)

    @property
    def board(self) -> list[Session]:
        """The sessions, most urgent first."""
        return sorted(self._sessions.values(), key=urgency)

    @property
    def loading(self) -> bool:
        """Whether a load is under way."""
        return bool(self._told)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have a function called after each change; what is returned ends that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    # ---- loading ---------------------------------------------------------------------------

    async def load(self, client: "AsyncClient") -> None:
        """Ask for the whole board. A failure is kept in `error`, not raised."""
        with self._load() as told:
            sessions = await client.request(ListSessions())
            listed = {session.session_id for session in sessions}
            for session_id in self._sessions.keys() - listed:
                if ("session", session_id) not in told:
                    self._drop_session(session_id)
            for session in sessions:
                self._put_loaded(session, told)
            self._tell("board")

    async def load_session(self, client: "AsyncClient", session_id: str) -> None:
        """Ask for one session, with its history; `null` drops the entry. Fails as `load` does."""
        with self._load() as told:
            session = await client.request(Get(session_id=session_id))
            if session is not None:
                self._put_loaded(session, told)
            elif ("session", session_id) not in told:
                self._drop_session(session_id)
            self._tell("session", session_id)

    async def load_metadata(self, client: "AsyncClient", session_id: str) -> None:
        """Ask for one session's totals; `null` drops the entry. Fails as `load` does."""
        with self._load() as told:
            metadata = await client.request(Meta_(session_id=session_id))
            if ("metadata", session_id) in told:
                return
            if metadata is None:
                self._metadata.pop(session_id, None)
                self._join(session_id, None)
            else:
                self._metadata[session_id] = metadata
                self._join(session_id, metadata)
            self._tell("metadata", session_id)

    def clear(self, session_id: str) -> None:
        """Forget one session and its totals, and no other."""
        self._mark("session", session_id)
        self._mark("metadata", session_id)
        self._drop_session(session_id)
        self._tell("session", session_id)

    def clear_error(self) -> None:
        """The person has read it."""
        if self.error is not None:
            self.error = None
            self._tell("state")

    # ---- being told ------------------------------------------------------------------------

    async def feed(self, changes: AsyncIterator[Followed]) -> None:
        """Apply a subscription until it ends.

        Raises:
            DaemonUnreachableError: As iterating over a Subscription does.
        """
        try:
            async for item in changes:
                self.apply(item)
        finally:
            self._connect(False)

    def apply(self, item: Followed) -> None:
        """Take in what a subscription gave."""
        if isinstance(item, Disconnected | Reconnected):
            self._connect(isinstance(item, Reconnected))
            return
        match item.data:
            case Snapshot() as snapshot:
                self._replace(snapshot)
            case Session() as session:
                self._mark("session", session.session_id)
                if session.metadata is not None:
                    self._mark("metadata", session.session_id)
                self._put_session(session)
                self._tell("session", session.session_id)
            case SessionRemoved(session_id):
                self._mark("session", session_id)
                self._mark("metadata", session_id)
                self._drop_session(session_id)
                self._tell("session", session_id)
            case SessionMetadata() as metadata:
                self._update_metadata(metadata)
            case Heartbeat(limits=limits):
                if limits != self.limits:
                    self.limits = limits
                    self._tell("limits")
            case Bye():
                self._connect(False)
            case _:
                return

    def _replace(self, snapshot: Snapshot) -> None:
        self._sessions = {session.session_id: session for session in snapshot.sessions}
        self._metadata = {metadata.session_id: metadata for metadata in snapshot.metadata}
        for session in snapshot.sessions:
            if session.metadata is not None:
                self._metadata[session.session_id] = session.metadata
        self.limits = snapshot.limits
        for told in self._told.values():
            # A load that is under way knows nothing that the snapshot does not.
            told.everything = True
        self._connect(True)
        self._tell("board")

    def _update_metadata(self, metadata: SessionMetadata) -> None:
        session_id = metadata.session_id
        if session_id not in self._metadata and session_id not in self._sessions:
            return
        self._mark("metadata", session_id)
        self._metadata[session_id] = metadata
        self._join(session_id, metadata)
        self._tell("metadata", session_id)

    def _connect(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._tell("state")

    # ---- keeping ---------------------------------------------------------------------------

    def _put_session(self, session: Session) -> None:
        if session.metadata is not None:
            self._metadata[session.session_id] = session.metadata
        self._sessions[session.session_id] = session

    def _put_loaded(self, session: Session, told: Told) -> None:
        if ("session", session.session_id) in told:
            return
        if ("metadata", session.session_id) in told:
            newer = self._metadata.get(session.session_id)
            session = structs.replace(session, metadata=newer)
        self._put_session(session)

    def _drop_session(self, session_id: str) -> None:
        self._sessions.pop(session_id, None)
        self._metadata.pop(session_id, None)

    def _join(self, session_id: str, metadata: SessionMetadata | None) -> None:
        session = self._sessions.get(session_id)
        if session is not None:
            self._sessions[session_id] = structs.replace(session, metadata=metadata)

    def _mark(self, kind: Kind, session_id: str) -> None:
        for told in self._told.values():
            told.entries.add((kind, session_id))

    @contextmanager
    def _load(self) -> "Generator[Told]":
        """One load: its state, its error, and what was told meanwhile."""
        self._loads += 1
        load = self._loads
        told = Told()
        self._told[load] = told
        self.error = None
        self._tell("state")
        try:
            yield told
        except AgentConsoleError as error:
            self.error = error
        finally:
            del self._told[load]
            self._tell("state")

    def _tell(self, kind: Kind, session_id: str | None = None) -> None:
        change = CacheChange(kind, session_id)
        for listener in tuple(self._listeners):
            listener(change)
