"""A ledger compared with what a corpus billed."""

from collections import Counter
from pathlib import Path
from typing import Any

from tests.bench.corpus.truth import CLASSES, Truth
from tests.usage.asking import query

_ROWS = (
    "SELECT key, session_id, p.name, m.name, at_ms, kind, is_subagent, output_is_lower_bound, "
    f"{', '.join(f'messages.{name}' for name in CLASSES)} "
    "FROM messages JOIN facets USING (facet_no) JOIN sessions USING (session_no) "
    "JOIN names p ON p.name_no = project_no JOIN names m ON m.name_no = model_no"
)
_KINDS = {"response": 1, "unlisted": 2, "advisor": 3, "compaction": 4}

Sums = Counter[tuple[str, str, str]]


def listed_in(database: Path) -> dict[str, tuple[Any, ...]]:
    """The rows that transcripts tell, by key."""
    return {row[0]: row[1:] for row in query(database, _ROWS) if row[5] != _KINDS["unlisted"]}


def unlisted_in(database: Path) -> Sums:
    """What stands in no line, by session, model and class."""
    sums: Sums = Counter()
    for _, session_id, _, model, _, kind, _, _, *values in query(database, _ROWS):
        if kind == _KINDS["unlisted"]:
            for name, value in zip(CLASSES, values, strict=True):
                sums[session_id, model, name] += value
    return +sums


def listed(truth: Truth) -> dict[str, tuple[Any, ...]]:
    """The bills that transcripts tell, by key."""
    return {
        bill.key: (
            bill.session_id,
            bill.project,
            bill.model,
            bill.at_ms,
            _KINDS[bill.kind],
            bill.is_subagent,
            bill.is_lower_bound,
            *(getattr(bill, name) for name in CLASSES),
        )
        for bill in truth.bills
        if bill.kind != "unlisted"
    }


def unlisted(truth: Truth) -> Sums:
    """What was billed and stands in no line, by session, model and class."""
    sums: Sums = Counter()
    for bill in truth.bills:
        if bill.kind == "unlisted":
            for name in CLASSES:
                sums[bill.session_id, bill.model, name] += getattr(bill, name)
    return +sums
