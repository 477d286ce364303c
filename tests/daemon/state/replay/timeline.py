"""A session's statuses over time, as a table that reads like the recording it belongs to."""

from collections.abc import Iterable

from tests.daemon.state.replay.recording import Line

from agent_console.daemon.state.machine import State


def timeline(lines: Iterable[Line], state: State | None = None) -> str:
    """One row per change of (status, reason): when it was on the board, and whose it was."""
    state = State() if state is None else state
    rows: list[str] = []
    shown: dict[str, tuple[str, str | None]] = {}
    for line in lines:
        line.tell(state)
        for session_id, session in state.sessions.items():
            now = (session.status.value, session.reason)
            if shown.get(session_id) != now:
                shown[session_id] = now
                rows.append(f"{line.ms} {session_id[:8]} {now[0]} {now[1] or '-'}")
    return "\n".join(rows)


def table(text: str) -> str:
    """A table of a test without its blanks and its remarks after `#`."""
    rows = (line.partition("#")[0].split() for line in text.splitlines())
    return "\n".join(" ".join(row) for row in rows if row)


def ends(state: State) -> dict[str, tuple[str, str | None]]:
    """Where every session is."""
    return {
        session_id: (session.status.value, session.reason)
        for session_id, session in state.sessions.items()
    }
