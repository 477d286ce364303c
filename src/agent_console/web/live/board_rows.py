"""The sessions of the board as rows of a grid.

Rule: no NiceGUI here. Numbers and times are put into words as the terminal does.
"""

from collections.abc import Iterable
from typing import Any

from agent_console.model.format import cost, elapsed, tokens
from agent_console.model.palette import SYMBOLS
from agent_console.model.session import URGENCY, Session
from agent_console.model.session_words import activity_words, one_line, total_tokens
from agent_console.model.short_names import short_model


def board_row(session: Session, now_ms: int) -> dict[str, Any]:
    """A session at a time (Unix milliseconds)."""
    metadata = session.metadata
    count = 0 if metadata is None else total_tokens(metadata)
    usd = 0.0 if metadata is None else metadata.total_cost_usd
    percent = session.context_used_percent
    return {
        "id": session.session_id,
        "order": [URGENCY[session.status], session.seen, -session.priority, session.since_ms],
        "status": str(session.status),
        "status_text": f"{SYMBOLS[session.status]} {session.status}",
        "name": one_line(session.display_name),
        "label": one_line(session.label),
        "reason": one_line(session.reason),
        "activity": activity_words(session),
        "model": short_model(session.model or (metadata.model if metadata else None)),
        "context": percent,
        "context_text": "" if percent is None else f"{percent:.0f}%",
        "tokens": count,
        "tokens_text": tokens(count) if count else "",
        "cost": usd,
        "cost_text": "" if metadata is None else cost(usd),
        "since": session.since_ms,
        "since_text": elapsed(now_ms - session.since_ms),
    }


class BoardRows:
    """What one grid shows, so that only what is different is sent."""

    def __init__(self) -> None:
        self._shown: dict[str, dict[str, Any]] = {}

    def all(self, sessions: Iterable[Session], now_ms: int) -> list[dict[str, Any]]:
        """Every row, for a grid that begins anew."""
        self._shown = {each.session_id: board_row(each, now_ms) for each in sessions}
        return list(self._shown.values())

    def changed(self, sessions: Iterable[Session], now_ms: int) -> dict[str, list[dict[str, Any]]]:
        """A transaction of AG Grid: what has come, gone and changed; empty for nothing."""
        now = {each.session_id: board_row(each, now_ms) for each in sessions}
        before, self._shown = self._shown, now
        found = {
            "add": [row for key, row in now.items() if key not in before],
            "update": [row for key, row in now.items() if key in before and before[key] != row],
            "remove": [{"id": key} for key in before if key not in now],
        }
        return {name: rows for name, rows in found.items() if rows}
