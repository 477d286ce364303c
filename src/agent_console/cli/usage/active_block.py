"""The current 5-hour block: how fast it is used up, what it comes to, and the account's limits.

Rule: every figure says whether it is official, measured or estimated. A daemon that runs is asked
for the limits; none is started for that.
"""

from agent_console.cli.usage.notes import money
from agent_console.model.format import elapsed, tokens
from agent_console.usage.reports.block_details import BlockDetail, end_officially
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.cli.usage.request import Request
    from agent_console.model.usage import Limit
    from agent_console.usage.reports.report import Report

_MINUTE_MS = 60_000


def only_active(report: "Report", request: "Request") -> None:
    """Leave only the current block in a report; the account's limits say when it ends."""
    report.rows = [row for row in report.rows if _detail(row.detail).is_active]
    report.totals = Sums()
    for row in report.rows:
        report.totals.add(row.sums or Sums())
    report.unpriced_models = [
        model
        for model in report.unpriced_models
        if any(model in row.models and row.models[model].unpriced for row in report.rows)
    ]
    limit = _limit() if report.rows else None
    if limit is None or limit.resets_at_ms is None or limit.resets_at_ms <= request.now_ms:
        return
    for row in report.rows:
        end_officially(row, limit.resets_at_ms, limit.used_percent, request.now_ms)


def pace_lines(report: "Report", request: "Request") -> list[str]:
    """The current block in words."""
    said: list[str] = []
    for row in report.rows:
        detail = _detail(row.detail)
        pace = detail.pace
        if pace is None:
            continue
        left_ms = pace.remaining_minutes * _MINUTE_MS
        ends = "official" if detail.end_is_official else "estimated"
        said.append(f"Ends in     {elapsed(left_ms)} ({ends})")
        rate = f"{tokens(round(pace.tokens_per_minute))} tokens/min"
        comes_to = f"{tokens(pace.tokens)} tokens"
        if request.with_cost:
            rate += f", {money(pace.cost_pico_per_hour)}/h"
            comes_to += f", {money(pace.cost_pico)}"
        said.append(f"Burn rate   {rate} (measured)")
        said.append(f"Projection  {comes_to} (estimated)")
        if detail.used_percent is not None:
            said.append(f"Limit       {detail.used_percent:.0f}% used (official)")
    return said


def _detail(detail: BlockDetail) -> BlockDetail:
    return detail


def _limit() -> "Limit | None":
    """The account's 5-hour limit, when a daemon that runs knows it."""
    from agent_console.client.blocking import connect  # noqa: PLC0415 - only for this
    from agent_console.errors import AgentConsoleError  # noqa: PLC0415 - likewise
    from agent_console.protocol.messages import Subscribe  # noqa: PLC0415 - likewise

    try:
        with connect(timeout=1.0) as client:
            return client.request(Subscribe(topics=("usage",))).limits.five_hour
    except (AgentConsoleError, OSError):
        return None
