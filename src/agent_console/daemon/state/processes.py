"""Which process runs which session, and what that tells of their lineage.

Rule: written after the tables, by observations.py only. A process that is gone is forgotten, so
that another one may bear its number.
"""

from collections.abc import Mapping

from msgspec import Struct

from agent_console.claude_code.registry import RegistryEntry
from agent_console.model.session import Session


class Registered(Struct, frozen=True, gc=False):
    """The last registry entry of a process, as far as the next one is compared with it."""

    session_id: str
    status: str | None
    status_updated_at: int | None
    waiting_for: str | None

    def says_the_same(self, entry: RegistryEntry, *, of_another_session: bool) -> bool:
        """Whether an entry only repeats the status that was told with this time."""
        return (self.status, self.status_updated_at) == (
            entry.status,
            entry.status_updated_at,
        ) and (of_another_session or self.waiting_for == entry.waiting_for)


class Processes:
    """Process id → the session it is in.

    Attributes:
        sessions: As hooks and the registry told last.
    """

    def __init__(self) -> None:
        self.sessions: dict[int, str] = {}
        self._registered: dict[int, Registered] = {}

    def registered(self, pid: int) -> Registered | None:
        """What the registry said of a process last."""
        return self._registered.get(pid)

    def register(self, entry: RegistryEntry, session_id: str) -> None:
        """The registry says which session a process is in."""
        self._registered[entry.pid] = Registered(
            session_id, entry.status, entry.status_updated_at, entry.waiting_for
        )

    def enter(self, pid: int, session_id: str) -> bool:
        """A process is in a session; whether it was not known to be there."""
        if self.sessions.get(pid) == session_id:
            return False
        self.sessions[pid] = session_id
        return True

    def forget(self, pid: int) -> bool:
        """A process is gone; whether it was known."""
        self._registered.pop(pid, None)
        return self.sessions.pop(pid, None) is not None

    def forget_session(self, session_id: str) -> bool:
        """A session is off the board; whether a process was known to be in it."""
        pids = [pid for pid, owner in self.sessions.items() if owner == session_id]
        for pid in pids:
            del self.sessions[pid]
        return bool(pids)

    def predecessor(
        self, pid: int, session: Session, sessions: Mapping[str, Session]
    ) -> str | None:
        """The session this process was in before, unless that would make a circle."""
        before = self.sessions.get(pid)
        if before in {None, session.session_id} or session.predecessor is not None:
            return session.predecessor
        ancestor: str | None = before
        while ancestor is not None:
            if ancestor == session.session_id:
                return None
            found = sessions.get(ancestor)
            ancestor = found.predecessor if found is not None else None
        return before
