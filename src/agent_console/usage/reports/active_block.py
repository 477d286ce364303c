"""The current 5-hour block: how fast it is used up, what it comes to, and the account's limits.

Rule: every figure says whether it is official, measured or estimated.
"""

import os

from agent_console.model.format import elapsed, tokens
from agent_console.model.short_names import short_path
from agent_console.usage.reports.block_details import BlockDetail, end_officially
from agent_console.usage.reports.notes import money
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from agent_console.model.usage import Limit
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request

_MINUTE_MS = 60_000


def only_active(report: "Report", now_ms: int, five_hour: "Callable[[], Limit | None]") -> None:
    """Leave only the current block in a report.

    Args:
        report: Of blocks.
        now_ms: Unix milliseconds.
        five_hour: Gives the account's limit, which says when the block ends; asked when there is
            an active one.
    """
    report.rows = [row for row in report.rows if _detail(row.detail).is_active]
    report.totals = Sums()
    for row in report.rows:
        report.totals.add(row.sums or Sums())
    report.unpriced_models = [
        model
        for model in report.unpriced_models
        if any(model in row.models and row.models[model].unpriced for row in report.rows)
    ]
    limit = five_hour() if report.rows else None
    if limit is None or limit.resets_at_ms is None or limit.resets_at_ms <= now_ms:
        return
    for row in report.rows:
        end_officially(row, limit.resets_at_ms, limit.used_percent, now_ms)


def pace_lines(report: "Report", request: "Request") -> list[str]:
    """The current block in words; where projects are told apart, each one's part in it."""
    said: list[str] = []
    for row in report.rows:
        detail = _detail(row.detail)
        pace = detail.pace
        if pace is None:
            continue
        if row.project is not None:
            said.append(f"Project     {short_path(row.project, os.path.expanduser('~'))}")
        left_ms = pace.remaining_minutes * _MINUTE_MS
        ends = "official" if detail.end_is_official else "estimated"
        said.append(f"Ends in     {elapsed(left_ms)} ({ends})")
        rate = f"{tokens(round(pace.tokens_per_minute))} tokens/min"
        comes_to = f"{tokens(pace.tokens)} tokens"
        if request.with_cost:
            mark = "*" if row.sums is not None and row.sums.unpriced else ""
            rate += f", {_at_least(pace.cost_pico_per_hour, mark, '/h')}"
            comes_to += f", {_at_least(pace.cost_pico, mark)}"
        said.append(f"Burn rate   {rate} (measured)")
        said.append(f"Projection  {comes_to} (estimated)")
        if detail.used_percent is not None:
            said.append(f"Limit       {detail.used_percent:.0f}% used (official)")
    return said


def _at_least(pico: int | None, mark: str, per: str = "") -> str:
    """Money with what it is per, and the mark where some tokens have no price."""
    return f"cost {money(pico)}{mark}" if pico is None else f"{money(pico)}{mark}{per}"


def _detail(detail: BlockDetail) -> BlockDetail:
    return detail
