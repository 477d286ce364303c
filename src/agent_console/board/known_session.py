"""A session that is no longer on the board, as far as the ledger knows it.

Rule: nothing is guessed: what only the daemon could know stays empty.
"""

from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, Status
from agent_console.model.session_words import short_id
from agent_console.usage.money import dollars
from agent_console.usage.reports.one_session import OneSession
from agent_console.usage.reports.session_details import SessionDetail
from agent_console.usage.reports.sums import Sums


def detail_of(ledger: OneSession | None) -> SessionDetail | None:
    """What the ledger says of it beside its sums."""
    detail = None if ledger is None else ledger.row.detail
    return detail if isinstance(detail, SessionDetail) else None


def known_session(session_id: str, ledger: OneSession | None) -> Session:
    """The session as a closed one."""
    detail = detail_of(ledger)
    sums = None if ledger is None else ledger.row.sums
    last_ms = 0 if detail is None or detail.last_ms is None else detail.last_ms
    folder = detail.projects[0] if detail is not None and detail.projects else None
    return Session(
        session_id,
        Status.CLOSED,
        last_ms,
        last_ms,
        display_name=(folder or "").rstrip("/").rpartition("/")[2] or short_id(session_id),
        working_dir=folder if folder is not None and folder.startswith("/") else None,
        title=None if detail is None else detail.title,
        closed=True,
        transcript_path=_main_transcript(session_id, ledger),
        model=None if detail is None else detail.last_model,
        metadata=None if sums is None else _metadata(session_id, sums, last_ms),
    )


def _metadata(session_id: str, sums: Sums, last_ms: int) -> SessionMetadata:
    return SessionMetadata(
        session_id,
        sums.input,
        sums.output,
        sums.cache_write,
        sums.cache_read,
        dollars(sums.cost_pico),
        updated_at_ms=last_ms or None,
    )


def _main_transcript(session_id: str, ledger: OneSession | None) -> str | None:
    paths = () if ledger is None else ledger.transcripts
    return next((path for path in paths if path.endswith(f"/{session_id}.jsonl")), None)
