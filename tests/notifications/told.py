"""Notifications of the protocol as a daemon sends them."""

from typing import Any

from agent_console.model.session import Session, Status
from agent_console.model.usage import Alert, Limits
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import SessionRemoved, Snapshot

EPOCH = "0f8fad5b-d9cb-469f-a165-70867728950e"
ANOTHER_EPOCH = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def session(name: str, status: str, since_ms: int = 1, **fields: Any) -> Session:
    state = Status(status)
    closed = state is Status.CLOSED
    return Session(name, state, since_ms, since_ms, name, closed=closed, **fields)


def changed(
    name: str, status: str, since_ms: int = 1, *, epoch: str = EPOCH, **fields: Any
) -> Notification:
    return Notification("session", 1, epoch, session(name, status, since_ms, **fields))


def snapshot(*sessions: Session, epoch: str = EPOCH) -> Notification:
    return Notification(
        "snapshot", 1, epoch, Snapshot(epoch, 1, sessions, (), Limits(), resync=True)
    )


def removed(name: str) -> Notification:
    return Notification("session_removed", 1, EPOCH, SessionRemoved(name))


def alert(alert_id: str, severity: Any = "warning", *, epoch: str = EPOCH) -> Notification:
    told = Alert(alert_id, "budget", severity, "80 % of the\nmonth's budget", 1)
    return Notification("alert", 1, epoch, told)
