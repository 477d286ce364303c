"""Whether what the demo showed is what was recorded.

Rule: the demo claims nothing that it has not checked. Each check here is a sentence that says what
was wrong, and any sentence makes the demo fail.
"""

from collections.abc import Iterator, Mapping
from math import isclose

from agent_console.cli.demo import recordings
from agent_console.cli.demo.programme import BILLS, EXPECTED, SCENES, Expected
from agent_console.cli.demo.replay import Counts
from agent_console.model.session import Session
from agent_console.protocol.messages import ServerStatusResult


def wrong_on_the_board(board: Mapping[str, Session]) -> list[str]:
    """What a board at the end shows otherwise than the recordings say."""
    return [*_statuses(board), *_costs(board)]


def wrong_in_the_daemon(status: ServerStatusResult, counts: Counts) -> list[str]:
    """What the daemon counted otherwise than was played."""
    counters = status.counters
    found = [
        f"{played} {event} hooks were run and the daemon heard {counters.hooks.get(event, 0)}"
        for event, played in counts.events.items()
        if counters.hooks.get(event, 0) != played
    ]
    for count, what in (
        (counters.bad_lines, "bad lines"),
        (counters.internal_errors, "internal errors"),
        (counters.spool_dropped, "dropped events"),
    ):
        if count:
            found.append(f"the daemon counted {count} {what}")
    if status.last_error:
        found.append(f"the daemon had an error: {status.last_error}")
    return found


def _statuses(board: Mapping[str, Session]) -> Iterator[str]:
    for session_id, expected in EXPECTED.items():
        session = board.get(session_id)
        if session is None:
            yield f"session {session_id[:8]} is not on the board"
        elif Expected(session.status, session.reason) != expected:
            yield (
                f"{session.display_name} is {_words(session.status, session.reason)}"
                f" and was recorded as {_words(expected.status, expected.reason)}"
            )
    for session_id in board.keys() - EXPECTED.keys():
        yield f"session {session_id[:8]} is on the board and in no recording"


def _costs(board: Mapping[str, Session]) -> Iterator[str]:
    costs = {session_id: bill.cost_usd for session_id, bill in BILLS.items()}
    for scene in SCENES:
        costs |= recordings.load(scene.recording).final_costs_usd
    for session_id, expected in costs.items():
        session = board.get(session_id)
        metadata = None if session is None else session.metadata
        shown = 0.0 if metadata is None else metadata.total_cost_usd
        if not isclose(shown, expected, abs_tol=1e-6):
            yield f"session {session_id[:8]} cost ${shown:.4f}, recorded as ${expected:.4f}"


def _words(status: str, reason: str | None) -> str:
    return f"{status} ({reason})" if reason else status
