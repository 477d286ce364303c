"""Sessions as they stand in the ledger, remembered from one transaction to the next.

Rule: a transaction takes them, changes them with what it writes, and gives them back when it is
committed; one that is undone, or that writes sessions in another way, gives nothing back. Whatever
another connection has committed makes all of them unknown.
"""

from agent_console.usage.rows import SessionAccount

REMEMBERED = 1_000
"""More are forgotten and read again."""


class KnownSessions:
    """Sessions by their ids and numbers.

    Attributes:
        by_id: Null for an id that the ledger does not know, as far as this transaction has asked.
        by_no: The same by number.
    """

    def __init__(self) -> None:
        self.by_id: dict[str, SessionAccount | None] = {}
        self.by_no: dict[int, SessionAccount] = {}

    def keep(self, session: SessionAccount) -> None:
        """This session is in the ledger."""
        self.by_id[session.session_id] = session
        self.by_no[session.session_no] = session

    def forget(self, session_id: str) -> None:
        """Its row was written directly: it is to be read again."""
        session = self.by_id.pop(session_id, None)
        if session is not None:
            del self.by_no[session.session_no]

    def for_the_next(self) -> "KnownSessions":
        """What the next transaction may start from."""
        return self if len(self.by_id) <= REMEMBERED else KnownSessions()
