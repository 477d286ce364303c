"""Everything that is shown of a session, at one moment.

Rule: what is drawn is made from this alone; the same view gives the same picture.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import UNSET, Struct, UnsetType

from agent_console.board.known_session import detail_of
from agent_console.board.message_words import said_in
from agent_console.model.format import ago
from agent_console.model.session import Session, StateTransition, Status
from agent_console.usage.reports.session_reading import SessionRead

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SessionView(Struct, frozen=True):
    """What is known of a session.

    Attributes:
        session: As the board knows it; as the ledger does when it is not on the board.
        now_ms: Unix milliseconds.
        zone: In which times are shown; null for the system's.
        dark: The ground is dark.
        is_on_board: The daemon knows it.
        is_connected: The daemon can be asked.
        history: Its changes of status, the oldest first.
        read: What the ledger and the transcripts say; null until they have been read.
        board: All sessions by id, for the names of relatives.
    """

    session: Session
    now_ms: int
    zone: tzinfo | None = None
    dark: bool = True
    is_on_board: bool = True
    is_connected: bool = True
    history: tuple[StateTransition, ...] | UnsetType = UNSET
    read: SessionRead | None = None
    board: Mapping[str, Session] = {}

    @property
    def message_count(self) -> int | None:
        """Messages of the person and of the model; null while nobody has counted."""
        ledger = None if self.read is None else self.read.ledger
        if ledger is None:
            return None
        detail = detail_of(ledger)
        asked = 0 if detail is None else detail.user_messages
        known = asked + (0 if ledger.row.sums is None else ledger.row.sums.responses)
        # What was said just now is in the transcript before it is in the ledger.
        return max(known, 0 if self.read is None else said_in(self.read.messages))

    @property
    def api_errors(self) -> int:
        """Responses that were errors of the API, as far as the ledger knows."""
        detail = detail_of(None if self.read is None else self.read.ledger)
        return 0 if detail is None else detail.api_errors

    @property
    def last_ms(self) -> int:
        """Its last sign of life, Unix milliseconds; 0 when nobody knows."""
        return self.session.last_seen_ms

    @property
    def last_sign(self) -> str:
        """`2 hours ago`; empty when nobody knows."""
        return ago(self.now_ms - self.last_ms) if self.last_ms else ""

    @property
    def is_running(self) -> bool:
        """It has not ended."""
        return self.session.status is not Status.CLOSED

    def time(self, at_ms: int, form: str) -> str:
        """A moment as `strftime` writes it, in the person's zone."""
        return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(self.zone).strftime(form)

    def moment(self, at_ms: int) -> str:
        """`10:42:07` today, `Nov 20 10:42` on another day."""
        day = "%Y-%m-%d"
        today = self.time(at_ms, day) == self.time(self.now_ms, day)
        return self.time(at_ms, "%H:%M:%S" if today else "%b %d %H:%M")
