"""The use of the cache for people and for scripts."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from agent_console.cli.insight import words
from agent_console.model.format import exact_cost, printable, tokens
from agent_console.model.short_names import short_path
from agent_console.usage.insight.cache_advice import Advice
from agent_console.usage.insight.cache_keys import By
from agent_console.usage.insight.cache_use import CacheReport, CacheUse
from agent_console.usage.insight.spent import usd
from agent_console.usage.insight.unread_writes import REASONS
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.table import Cells, Line, draw, wrapped

SIGNS = {"good": "+", "note": "-", "advice": "*", "warning": "!"}
SHORT_ID = 8
INDENT = 2
MOST_ROWS = 30
"""Nobody reads more; --json has them all."""

_TITLES: dict[By, str] = {"day": "DATE", "project": "PROJECT", "session": "SESSION"}


def table(rows: Sequence[CacheUse], total: CacheUse | None, by: By) -> list[Cells]:
    """The columns of a table.

    Args:
        rows: From top to bottom.
        total: The last line; null for none.
        by: What a row is.
    """
    shown = [*rows, *([] if total is None else [total])]
    home = os.path.expanduser("~")

    def label(use: CacheUse) -> str:
        if use is total or by == "day":
            return use.label
        return short_path(use.label, home) if by == "project" else use.label[:SHORT_ID]

    def number(title: str, importance: int, show: Callable[[CacheUse], str]) -> Cells:
        return Cells(title, [show(use) for use in shown], importance)

    cells = [
        Cells(
            _TITLES[by],
            [label(use) for use in shown],
            100,
            is_number=False,
            narrowest=16 if by == "project" else 0,
            keeps_end=by == "project",
        ),
    ]
    if any(use.title for use in shown):
        titles = [printable(use.title or "") for use in shown]
        cells.append(Cells("TITLE", titles, 20, is_number=False, narrowest=10))
    return [
        *cells,
        number("HIT", 99, lambda use: words.percent(use.hit_rate)),
        number("READ", 80, lambda use: tokens(use.sums.cache_read)),
        number("WRITTEN", 75, lambda use: tokens(use.sums.cache_write)),
        number("1 H", 50, lambda use: words.percent(use.long_share)),
        number("INPUT", 60, lambda use: tokens(use.sums.input)),
        number("SAVED", 95, lambda use: words.money(use.money.saved_pico)),
        number("LOST", 90, lambda use: words.money(use.unread.pico)),
        number("LOST TOK", 40, lambda use: tokens(use.unread.tokens)),
    ]


def drawn(report: CacheReport, by: By, width: int, *, coloured: bool) -> str:
    """The rows with their total; of many the latest, or those that sent most."""
    rows = report.rows
    if len(rows) > MOST_ROWS:
        if by != "day":
            most = sorted(rows, key=lambda use: -use.sent_tokens)[:MOST_ROWS]
            kept = {use.key for use in most}
            rows = [use for use in rows if use.key in kept]
        else:
            rows = rows[-MOST_ROWS:]
    kinds = [Line.PLAIN] * len(rows) + [Line.TOTAL]
    text = draw(table(rows, report.total, by), kinds, width, coloured=coloured)
    hidden = len(report.rows) - len(rows)
    return f"{text}{hidden} more are only in the total; --json has them.\n" if hidden else text


def drawn_poor(report: CacheReport, width: int, *, coloured: bool) -> str:
    """The sessions with poor use."""
    kinds = [Line.PLAIN] * len(report.poor)
    return draw(table(report.poor, None, "session"), kinds, width, coloured=coloured)


def notes(report: CacheReport, found: Sequence[Advice], width: int) -> str:
    """What the money means, and every finding with its sign."""
    money = report.total.money
    lines = [
        wrapped(
            f"Saved: {exact_cost(usd(money.read_saved_pico))} by reads, less "
            f"{exact_cost(usd(money.write_premium_pico))} that writes cost more than input. "
            "Lost: what of it went for writes that were never read again.",
            width,
        )
    ]
    if money.unpriced:
        lines.append(wrapped(f"{tokens(money.unpriced)} tokens of the cache have no price.", width))
    for each in found:
        text = wrapped(each.text, width - INDENT).replace("\n", "\n" + " " * INDENT)
        lines.append(f"{SIGNS[each.level]} {text}")
    return "".join(f"{line}\n" for line in lines)


def as_data(report: CacheReport, found: Sequence[Advice], by: By, wanted: Filter) -> dict[str, Any]:
    """The report for scripts: money in US dollars, rates as parts of 1."""
    return {
        "by": by,
        **words.span_data(wanted),
        "rows": [_use_data(use) for use in report.rows],
        "total": _use_data(report.total),
        "poor_sessions": [_use_data(use) for use in report.poor],
        "advice": found,
    }


def _use_data(use: CacheUse) -> dict[str, Any]:
    sums: Sums = use.sums
    return {
        "name": use.label,
        "title": use.title,
        "hit_rate": use.hit_rate,
        "input_tokens": sums.input,
        "cache_write_5m_tokens": sums.cache_write_5m,
        "cache_write_1h_tokens": sums.cache_write_1h,
        "cache_read_tokens": sums.cache_read,
        "long_write_share": use.long_share,
        "saved_usd": usd(use.money.saved_pico),
        "read_saved_usd": usd(use.money.read_saved_pico),
        "write_premium_usd": usd(use.money.write_premium_pico),
        "lost_usd": usd(use.unread.pico),
        "lost_tokens": use.unread.tokens,
        "lost_tokens_by_reason": {each: use.unread.lost_tokens[each] for each in REASONS},
        "looked_at_tokens": use.unread.written_tokens,
        "unpriced_tokens": use.money.unpriced,
    }
