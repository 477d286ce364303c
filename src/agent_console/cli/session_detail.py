"""One session in full: what `get` and `meta` show a person.

Rule: details are exact; only lists round.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import UnsetType
from rich.console import Group, RenderableType
from rich.text import Text

from agent_console.cli.fields import Rows, fields
from agent_console.model.format import elapsed, exact_cost, exact_tokens, printable
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, StateTransition
from agent_console.model.session_words import STATUS_STYLES, doing, one_line

SHOWN_TRANSITIONS = 10


def session_detail(session: Session, now_ms: int) -> RenderableType:
    """Everything about a session.

    Args:
        session: As GET answers it.
        now_ms: Unix milliseconds.
    """
    parts: list[RenderableType] = [fields(_rows(session, now_ms))]
    if session.metadata is not None:
        parts += [Text(), fields(usage_rows(session.metadata))]
    if not isinstance(session.history, UnsetType) and session.history:
        parts += [Text(), fields(_history_rows(session.history))]
    return Group(*parts)


def usage_rows(metadata: SessionMetadata) -> Rows:
    """What a session has used."""
    return (
        ("Input", exact_tokens(metadata.total_input_tokens)),
        ("Output", exact_tokens(metadata.total_output_tokens)),
        ("Cache write", exact_tokens(metadata.total_cache_creation_tokens)),
        ("Cache read", exact_tokens(metadata.total_cache_read_tokens)),
        ("Est. cost", exact_cost(metadata.total_cost_usd)),
        ("Model", printable(metadata.model or "")),
        ("Took", elapsed(metadata.total_duration_ms) if metadata.total_duration_ms else ""),
        ("Turns", exact_tokens(metadata.turns_used) if metadata.turns_used else ""),
        ("Updated", "" if metadata.updated_at_ms is None else _moment(metadata.updated_at_ms)),
    )


def _rows(session: Session, now_ms: int) -> Rows:
    status = Text(session.status, style=STATUS_STYLES[session.status])
    status.append(f" for {elapsed(now_ms - session.since_ms)}", style="default")
    if session.seen:
        status.append(" (seen)", style="dim")
    percent = session.context_used_percent
    return (
        ("Session", Text(one_line(session.display_name), style="bold")),
        ("Status", status),
        ("Doing", doing(session)),
        ("Title", one_line(session.title)),
        ("Label", one_line(session.label)),
        ("Priority", str(session.priority) if session.priority else ""),
        ("Note", one_line(session.note)),
        ("Folder", printable(session.working_dir or "")),
        ("Branch", one_line(session.git_branch)),
        ("Model", printable(session.model or "")),
        ("Context", "" if percent is None else f"{percent:.0f} % used"),
        ("Subagents", "\n".join(one_line(agent.agent_type) for agent in session.subagents)),
        (
            "Background",
            "\n".join(
                one_line(f"{task.type} {task.status}: {task.description}")
                for task in session.background_tasks
            ),
        ),
        ("Agent", printable(session.agent_type)),
        ("Process", "" if session.pid is None else str(session.pid)),
        ("Transcript", printable(session.transcript_path or "")),
        ("Before it", printable(session.predecessor or "")),
        ("Last sign", _moment(session.last_seen_ms)),
        ("Id", printable(session.session_id)),
    )


def _history_rows(history: Sequence[StateTransition]) -> Rows:
    for transition in history[-SHOWN_TRANSITIONS:]:
        change = Text(f"{transition.from_} → ")
        change.append(transition.to, style=STATUS_STYLES[transition.to])
        change.append(f"  after {elapsed(transition.duration_ms)}", style="dim")
        yield _moment(transition.at_ms), change


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")
