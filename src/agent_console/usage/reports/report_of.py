"""The report that a request asks for.

Rule: whoever shows a report (a command, the TUI, the web page) gets it here.
"""

from agent_console.usage.reports.arrangement import arrange
from agent_console.usage.reports.building import build
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.report import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from agent_console.model.usage import Limit
    from agent_console.usage.reports.reading import Reading
    from agent_console.usage.reports.request import Request


def report_of(
    connection: "Reading", request: "Request", five_hour: "Callable[[], Limit | None]"
) -> Report:
    """The report, with the rows that are wanted in the order that is wanted.

    Args:
        connection: The ledger.
        request: What was asked for.
        five_hour: Gives the account's 5-hour limit when it is known.
    """
    if request.streams:
        from agent_console.usage.reports.sessions import streamed  # noqa: PLC0415 - one report

        return streamed(
            connection,
            request.wanted,
            GROUPINGS[request.grouping],
            by_project=request.instances,
            newest=request.enough,
            latest_first=bool(request.descending),
        )
    report = build(
        connection,
        request.wanted,
        GROUPINGS[request.grouping],
        by_project=request.instances,
        count_sessions=request.counts_sessions,
        now_ms=request.now_ms,
        top=request.enough,
        by=request.sort or "date",
    )
    if request.active:
        from agent_console.usage.reports.active_block import only_active  # noqa: PLC0415 - one report

        only_active(report, request.now_ms, five_hour)
    arrange(
        report,
        sort=request.sort,
        descending=request.descending,
        top=request.top,
        min_cost_pico=request.min_cost_pico,
    )
    return report
