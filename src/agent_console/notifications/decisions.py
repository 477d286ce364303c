"""What of all changes the person is told, and in which words: once for each change.

Rule 1: no clock, no I/O; the same notifications give the same notices.
Rule 2: the board as it is at the beginning is no change, and neither is what another daemon finds
        again after a restart: at its first sight of a session only one that did not wait before
        has begun to.
"""

from msgspec import Struct

from agent_console.config_notifications import NotificationsConfig
from agent_console.model.session import Session, Status
from agent_console.model.session_words import doing, one_line
from agent_console.model.usage import Alert
from agent_console.notifications.notice import Notice
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import SessionRemoved, Snapshot

_ALERTS_REMEMBERED = 1_000
_SAYS = {Status.QUESTION: "asks you something", Status.ATTENTION: "waits for you"}


class _Known(Struct, frozen=True, gc=False):
    status: Status
    since_ms: int


class Decisions:
    """Remembers the board to see what has changed.

    Args:
        config: What is told at all.
        existing: Tell also of what waits at the beginning.
    """

    def __init__(self, config: NotificationsConfig, *, existing: bool = False) -> None:
        self.configure(config)
        self._existing = existing
        self._epoch: str | None = None
        self._board: dict[str, _Known] = {}
        self._seen_in_epoch: set[str] = set()
        self._alerts_told: dict[tuple[str, str], None] = {}

    def configure(self, config: NotificationsConfig) -> None:
        """What is told from now on; what has been told stays told."""
        self._told_of = {
            Status.QUESTION: config.question,
            Status.ATTENTION: config.attention,
        }
        self._alerts = config.alerts
        self._silent_reasons = frozenset(config.silent_reasons)

    def notices(self, notification: Notification) -> list[Notice]:
        """What the person is to be told of a notification; mostly nothing."""
        began = self._epoch is None
        same = notification.epoch == self._epoch
        if not same:
            self._epoch = notification.epoch
            self._seen_in_epoch.clear()
        match notification.data:
            case Snapshot(sessions=sessions):
                if same:
                    self._forget_all_but({session.session_id for session in sessions})
                notices = [notice for session in sessions for notice in self._session(session)]
                return [] if began and not self._existing else notices
            case Session() as session:
                return self._session(session)
            case SessionRemoved(session_id):
                self._board.pop(session_id, None)
                return []
            case Alert() as alert:
                return self._alert(alert)
            case _:
                return []

    def _session(self, session: Session) -> list[Notice]:
        session_id = session.session_id
        before = self._board.get(session_id)
        self._board[session_id] = _Known(session.status, session.since_ms)
        first_sight = session_id not in self._seen_in_epoch
        self._seen_in_epoch.add(session_id)
        if not self._told_of.get(session.status, False) or session.seen:
            return []
        if session.reason in self._silent_reasons:
            return []
        if before is not None:
            waited = before.status in _SAYS
            unchanged = before.status is session.status and before.since_ms == session.since_ms
            if unchanged or (waited and first_sight):
                return []
        return [_about(session)]

    def _alert(self, alert: Alert) -> list[Notice]:
        key = (alert.alert_id, alert.severity)
        if alert.snoozed_until_ms is not None:
            self._alerts_told.pop(key, None)  # it is told again when that time is over
            return []
        if alert.acknowledged_at_ms is not None:
            return []
        if not self._alerts or key in self._alerts_told:
            return []
        self._alerts_told[key] = None
        if len(self._alerts_told) > _ALERTS_REMEMBERED:
            del self._alerts_told[next(iter(self._alerts_told))]
        pressing = alert.severity == "exceeded"
        return [Notice(f"agent-console: {alert.severity}", one_line(alert.message), pressing)]

    def _forget_all_but(self, session_ids: set[str]) -> None:
        for session_id in self._board.keys() - session_ids:
            del self._board[session_id]


def _about(session: Session) -> Notice:
    name = one_line(session.label or session.display_name)
    return Notice(f"{name} {_SAYS[session.status]}", doing(session), session=session)
