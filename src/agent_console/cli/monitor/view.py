"""What the monitor shows at a moment, and the same as JSON.

Rule: no clock, no socket and no ledger here; the same view is the same picture and the same line.
"""

from datetime import datetime, tzinfo
from typing import Any

from msgspec import Struct

from agent_console.board.feed import Entry
from agent_console.model.session import Session, Status
from agent_console.model.session_words import total_tokens
from agent_console.model.usage import Limits
from agent_console.usage.insight.pace import Now, Pace

EVENTS = 20


class View(Struct, frozen=True):
    """A moment.

    Attributes:
        at_ms: When, Unix milliseconds.
        connected: A daemon tells what happens; without one sessions and events are the last known.
        sessions: The board, most urgent first.
        now: What the ledger says.
        limits: The account's.
        events: The last ones, the oldest first.
        problem: Why the ledger could not be read; what it says is the last known then.
    """

    at_ms: int
    connected: bool
    sessions: list[Session]
    now: Now
    limits: Limits
    events: list[Entry]
    problem: str | None = None

    @property
    def active(self) -> list[Session]:
        """The sessions that are not closed."""
        return [each for each in self.sessions if each.status is not Status.CLOSED]


def counts(sessions: list[Session]) -> dict[str, int]:
    """How many sessions have each status."""
    return {str(status): sum(each.status is status for each in sessions) for status in Status}


def as_data(view: View, zone: tzinfo | None, after: int) -> dict[str, Any]:
    """The view for scripts.

    Args:
        view: The moment.
        zone: In which `at` is told.
        after: Only events with a larger number.
    """
    return {
        "at": datetime.fromtimestamp(view.at_ms / 1000, zone)
        .astimezone(zone)
        .isoformat(timespec="milliseconds"),
        "at_ms": view.at_ms,
        **figures(view),
        "events": [event_data(entry) for entry in view.events if entry.number > after],
    }


def figures(view: View) -> dict[str, Any]:
    """What is so at that moment, without its time and events."""
    now = view.now
    return {
        "connected": view.connected,
        "problem": view.problem,
        "sessions": counts(view.sessions),
        "active": [_session(each) for each in view.active],
        "pace": {
            "last_messages": None if now.last_messages is None else _pace(now.last_messages),
            "last_hour": _pace(now.last_hour),
        },
        "today": {
            "tokens": now.today_tokens,
            "cost_usd": now.today_usd,
            "projected_cost_usd": now.projected_usd,
            "unpriced_tokens": now.unpriced_tokens,
        },
        "limits": view.limits,
    }


def event_data(entry: Entry) -> dict[str, Any]:
    """An event for scripts."""
    return {
        "at_ms": entry.at_ms,
        "kind": entry.kind,
        "session_id": entry.session_id,
        "name": entry.name,
        "text": entry.text,
    }


def _session(session: Session) -> dict[str, Any]:
    metadata = session.metadata
    return {
        "session_id": session.session_id,
        "display_name": session.display_name,
        "status": session.status,
        "reason": session.reason,
        "activity": session.activity,
        "since_ms": session.since_ms,
        "model": session.model or (None if metadata is None else metadata.model),
        "total_tokens": None if metadata is None else total_tokens(metadata),
        "cost_usd": None if metadata is None else metadata.total_cost_usd,
    }


def _pace(pace: Pace) -> dict[str, Any]:
    return {
        "responses": pace.responses,
        "seconds": pace.over_ms / 1000,
        "tokens_per_minute": pace.tokens_per_minute,
        "cost_usd_per_minute": pace.usd_per_minute,
    }
