"""Readings as readers of transcripts hand them over, made by hand."""

from typing import Any

from msgspec.structs import astuple, replace
from tests.usage.asking import MINUTE_MS, NOON_MS, SESSION, query

from agent_console.usage.cost_sql import SUMS
from agent_console.usage.rows import Facet, Figures
from agent_console.usage.tables.file_reading import (
    FileReading,
    SourceState,
    ToldCostState,
)
from agent_console.usage.tables.key_hash import key_hash
from agent_console.usage.tables.told_columns import ToldColumns, ToldResponse
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.taking import Taken

MODEL = "claude-opus-5-5"


_FACET = Facet(
    project="/home/me/project",
    branch="main",
    version="2.1.329",
    entrypoint="cli",
    model=MODEL,
    speed="standard",
    service_tier="standard",
)
_FIGURES = Figures(input_tokens=10, output_tokens=100)

Spoken = tuple[ToldResponse, Facet]
"""A response, and what it would share with others of its reading."""


def response(
    key: str, *, session: str = SESSION, minute: float = 0, claim: int = 0, **fields: Any
) -> Spoken:
    """A response of 10 tokens in and 100 out, told at a minute after noon."""
    shared = {name: fields.pop(name) for name in Facet.__struct_fields__ if name in fields}
    counted = {name: fields.pop(name) for name in SUMS if name in fields}
    figures = replace(_FIGURES, **counted)
    told = ToldResponse(
        key,
        key_hash(key),
        0,
        session,
        claim,
        NOON_MS + round(minute * MINUTE_MS),
        "",
        0,
        *figures.sums,
    )
    return replace(told, **fields), replace(_FACET, **shared)


def cost_state(number: int, minute: float, **fields: int) -> ToldCostState:
    """A line that says what the session has used so far."""
    return replace(
        ToldCostState(number, NOON_MS + round(minute * MINUTE_MS), MODEL, *[0] * 6), **fields
    )


def reading(
    *responses: Spoken,
    session: str = SESSION,
    path: str | None = None,
    before: SourceState | None = None,
    **fields: Any,
) -> FileReading:
    """A file read from its beginning, or from `before` on."""
    path = path or f"/projects/p/{session}.jsonl"
    offset = 100 if before is None else before.offset_bytes + 100
    after = SourceState(path, session, 1, hash(path) & 0xFFFF, offset_bytes=offset)
    told = [astuple(replace(told, facet_at=at)) for at, (told, _) in enumerate(responses)]
    made = FileReading(
        before=before,
        after=after,
        from_start=before is None,
        responses=ToldColumns(*map(list, zip(*told, strict=True))),
        facets=[facet for _, facet in responses],
        cost_states=[],
        title=None,
        forked_from=None,
        forked_at_ms=None,
        inherits_cost=False,
        is_complete=True,
    )
    return replace(made, **fields)


def take(ledger: Ledger, *readings: FileReading, tell_since_ms: int = 0) -> Taken:
    """One transaction."""
    return ledger.take(readings, NOON_MS, tell_since_ms)


def by_session(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Input and output tokens of each session, out of the rollup."""
    rows = query(
        ledger.path,
        "SELECT session_id, sum(u.input_tokens), sum(u.output_tokens) "
        "FROM usage_by_session u JOIN sessions USING (session_no) GROUP BY 1",
    )
    return {session_id: (read, written) for session_id, read, written in rows}
