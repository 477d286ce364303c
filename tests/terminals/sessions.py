"""Sessions as the daemon tells them."""

from typing import Any

from agent_console.model.session import Session, Status, Terminal

SESSION_ID = "0f9e8d7c-1111-4222-8333-444455556666"


def session(terminal: Terminal | None = None, **fields: Any) -> Session:
    """A session that waits, in a terminal."""
    given: dict[str, Any] = {"status": Status.ATTENTION, "working_dir": "/srv/shop", **fields}
    return Session(
        SESSION_ID,
        since_ms=1,
        last_seen_ms=1,
        display_name="shop",
        terminal=terminal,
        closed=given["status"] is Status.CLOSED,
        **given,
    )
