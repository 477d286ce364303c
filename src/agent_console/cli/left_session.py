"""A session that has left the board, as the ledger knows it: to go on with."""

from functools import partial
from pathlib import Path

from agent_console.cli.registered import registered
from agent_console.cli.session_argument import several, unknown
from agent_console.errors import NotPossibleError
from agent_console.model.session import Session, Status
from agent_console.terminals.resuming import config_dir_of
from agent_console.usage.reports import left_session as reports
from agent_console.usage.reports.reading import answered


def left_session(database: str, given: str) -> Session:
    """The session that is meant by `given`, closed.

    Args:
        database: The ledger.
        given: The session's id, or the beginning of it.

    Raises:
        LedgerError: The ledger cannot be read.
        RequestRefusedError: There is none, or several begin like that.
        NotPossibleError: Its transcript is gone, nothing tells its folder, or it runs.
    """
    left = answered(database, partial(reports.left_session, beginning=given)) if given else None
    if not left:
        raise unknown(given)
    if isinstance(left, list):
        raise several(given, left)
    if left.transcript is None or not Path(left.transcript).exists():
        raise NotPossibleError(
            f"The transcript of session {left.session_id} is gone, and Claude Code goes on from it "
            "alone: `cleanupPeriodDays` in its settings says how many days it keeps them."
        )
    if left.folder is None:
        raise NotPossibleError(
            "Nothing tells in which folder this session was started, and Claude Code finds its "
            f"conversation only there: type `claude --resume {left.session_id}` in it."
        )
    config_dir = config_dir_of(left.transcript)
    folders = [] if config_dir is None else [Path(config_dir, "sessions")]
    if any(each.session_id == left.session_id for each in registered(folders)):
        raise NotPossibleError(f"Session {left.session_id} still runs, though off the board.")
    last_ms = left.last_ms or 0
    return Session(
        session_id=left.session_id,
        status=Status.CLOSED,
        since_ms=last_ms,
        last_seen_ms=last_ms,
        display_name=Path(left.folder).name,
        working_dir=left.folder,
        title=left.title,
        closed=True,
        transcript_path=left.transcript,
    )
