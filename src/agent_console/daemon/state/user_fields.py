"""What the person wrote on sessions: labels, priorities and notes.

Rule: what was acknowledged is remembered until the ledger has it, so that a ledger that is busy,
full or unreadable loses nothing; and only what the person wrote is sent there, so that what could
not be read is never written over. Kept for sessions off the board too, by design: it returns with
the session, and there is no more of it than the person has written.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from agent_console.usage.entries import KeepUserFields

_EMPTY: dict[str, Any] = {"label": None, "priority": 0, "note": None}


class UserFields:
    """Session id → what the person wrote on it.

    Attributes:
        unkept: What the ledger has not confirmed yet, as it was asked last.
    """

    def __init__(self, kept: Iterable[KeepUserFields] = ()) -> None:
        self.unkept: dict[str, KeepUserFields] = {}
        self._written = {fields.session_id: fields for fields in kept}

    def of(self, session_id: str) -> dict[str, Any]:
        """The fields of a session, by name."""
        fields = self._written.get(session_id)
        return _EMPTY if fields is None else _EMPTY | fields.written

    def write(self, news: KeepUserFields) -> KeepUserFields:
        """The person wrote this; what the ledger is to be asked now."""
        session_id = news.session_id
        self._remember(_over(self._written.get(session_id), news))
        asked = _over(self.unkept.get(session_id), news)
        self.unkept[session_id] = asked
        return asked

    def settle(self, asked: KeepUserFields) -> None:
        """The ledger has kept this, or never will; what was written since is still unkept."""
        if self.unkept.get(asked.session_id) is asked:
            del self.unkept[asked.session_id]

    def recall(self, kept: Iterable[KeepUserFields]) -> None:
        """What the ledger held is read late: what the person has written since stands."""
        for fields in kept:
            newer = self.unkept.get(fields.session_id)
            self._remember(fields if newer is None else _over(fields, newer))

    def begin_anew(self, kept: Iterable[KeepUserFields]) -> None:
        """Another ledger is there: what it holds stands, under what it has not been told yet."""
        self._written = {fields.session_id: fields for fields in kept}
        for session_id, unkept in self.unkept.items():
            self._remember(_over(self._written.get(session_id), unkept))

    def _remember(self, fields: KeepUserFields) -> None:
        if any(fields.written.values()):
            self._written[fields.session_id] = fields
        else:
            self._written.pop(fields.session_id, None)


def _over(old: KeepUserFields | None, new: KeepUserFields) -> KeepUserFields:
    return new if old is None else replace(old, **new.written)
