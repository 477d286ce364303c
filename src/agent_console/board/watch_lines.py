"""The lines of `watch`: what changed, told in the order in which it happened.

Rule: no clock and no socket here; the same notifications give the same lines.
"""

from rich.text import Text

from agent_console.board.fixed_width import fixed_width
from agent_console.model.session import Session, Status, urgency
from agent_console.model.session_words import doing, one_line, status_style
from agent_console.model.usage import Alert
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import SessionRemoved, Snapshot

NAME_COLUMNS = 22
CHANGE_COLUMNS = 22


class WatchLines:
    """Remembers the board to tell what is new about it."""

    def __init__(self, *, activity: bool) -> None:
        self._activity = activity
        self._board: dict[str, Session] | None = None

    def lines(self, notification: Notification, clock: str) -> list[Text]:
        """What there is to say about a notification; often nothing.

        Args:
            notification: The next one.
            clock: The time of day to write before each line.
        """
        match notification.data:
            case Snapshot() as snapshot:
                return self._snapshot(snapshot, clock)
            case Session() as session:
                return self._session(session, clock)
            case SessionRemoved(session_id):
                return self._removed(session_id, clock)
            case Alert() as alert:
                style = "bold red" if alert.severity == "exceeded" else "bold yellow"
                return [_line(clock, "alert", Text(alert.severity, style), one_line(alert.message))]
            case _:
                return []

    def _snapshot(self, snapshot: Snapshot, clock: str) -> list[Text]:
        """At first the board as it is; after a loss only what is different now."""
        before = self._board
        sessions = sorted(snapshot.sessions, key=urgency)
        lines: list[Text] = []
        if before is None:
            self._board = {session.session_id: session for session in sessions}
            return [
                _line(clock, session.display_name, _status(session), doing(session))
                for session in sessions
                if session.status is not Status.CLOSED
            ]
        for session_id in before.keys() - {session.session_id for session in sessions}:
            lines += self._removed(session_id, clock)
        for session in sessions:
            lines += self._session(session, clock)
        return lines

    def _session(self, session: Session, clock: str) -> list[Text]:
        board = self._board = {} if self._board is None else self._board
        before = board.get(session.session_id)
        board[session.session_id] = session
        change = _status(session)
        if before is None:
            change = Text.assemble(("new → ", "dim"), change)
        elif before.status is not session.status:
            change = Text.assemble((f"{before.status} → ", "dim"), change)
        elif before.reason == session.reason and (
            not self._activity or before.activity == session.activity
        ):
            return []
        return [_line(clock, session.display_name, change, doing(session))]

    def _removed(self, session_id: str, clock: str) -> list[Text]:
        before = (self._board or {}).pop(session_id, None)
        if before is None:
            return []
        return [_line(clock, before.display_name, Text("removed", "dim"), "")]


def _status(session: Session) -> Text:
    return Text(session.status, status_style(session))


def _line(clock: str, name: str, change: Text, what: str) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{clock}  ", "dim")
    line.append_text(fixed_width(one_line(name), NAME_COLUMNS, "bold"))
    line.append("  ").append_text(change)
    if what:
        line.append(" " * max(2, CHANGE_COLUMNS + 2 - len(change)) + what)
    return line
