"""Which client wrote when: versions, layouts of subagents, models and cache lifetimes by date.

Rule: facts of the format only; what a session does is decided in session.py.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Layout = Literal["inline", "flat", "folder"]


class Era(Struct, frozen=True):
    """A time in which clients wrote alike.

    Attributes:
        weight: How many of a corpus's sessions are from it.
        layout: Where a subagent's lines are.
        modern: The line shapes of 2.1.3xx: attachments, requests, cost-state lines.
        one_hour_share: How many sessions write their caches for an hour.
    """

    name: str
    begin_ms: int
    end_ms: int
    weight: float
    versions: Sequence[str]
    layout: Layout
    models: Sequence[str]
    small_model: str
    one_hour_share: float
    modern: bool = False
    placeholders: bool = False
    echoes: bool = False


def _ms(year: int, month: int, day: int) -> int:
    return int(dt.datetime(year, month, day, tzinfo=dt.UTC).timestamp()) * 1000


ERAS = (
    Era(
        *("1.0", _ms(2025, 6, 10), _ms(2025, 9, 28), 0.12),
        ("1.0.17", "1.0.44", "1.0.65", "1.0.98", "1.0.120"),
        "inline",
        ("claude-sonnet-4-20250514", "claude-opus-4-20250514", "claude-opus-4-1-20250805"),
        "claude-3-5-haiku-20241022",
        0.0,
    ),
    Era(
        *("2.0", _ms(2025, 9, 30), _ms(2026, 1, 10), 0.22),
        ("2.0.1", "2.0.28", "2.0.50", "2.0.76"),
        "flat",
        ("claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101"),
        "claude-haiku-4-5-20251001",
        0.0,
    ),
    Era(
        *("2.1 placeholders", _ms(2026, 1, 12), _ms(2026, 2, 3), 0.08),
        ("2.1.12", "2.1.20", "2.1.29"),
        "folder",
        ("claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929"),
        "claude-haiku-4-5-20251001",
        0.3,
        placeholders=True,
    ),
    Era(
        *("2.1 echoes", _ms(2026, 2, 5), _ms(2026, 4, 1), 0.15),
        ("2.1.70", "2.1.74", "2.1.79"),
        "folder",
        ("claude-opus-4-6", "claude-sonnet-4-6"),
        "claude-haiku-4-5-20251001",
        0.97,
        echoes=True,
    ),
    Era(
        *("2.1", _ms(2026, 4, 3), _ms(2026, 8, 1), 0.2),
        ("2.1.104", "2.1.150", "2.1.219"),
        "folder",
        ("claude-opus-4-7", "claude-sonnet-4-6", "claude-opus-4-8"),
        "claude-haiku-4-5-20251001",
        0.97,
    ),
    Era(
        *("2.1 now", _ms(2026, 8, 3), _ms(2026, 11, 20), 0.23),
        ("2.1.300", "2.1.315", "2.1.329"),
        "folder",
        ("claude-opus-5", "claude-opus-4-8", "claude-sonnet-5"),
        "claude-haiku-4-5-20251001",
        0.95,
        modern=True,
    ),
)
