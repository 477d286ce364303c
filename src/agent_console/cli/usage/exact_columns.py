"""A report's columns with exact values: for CSV and Markdown.

Rule: names of columns are read by other programs; one is added, never renamed.
"""

from agent_console.model.format import printable
from agent_console.usage.reports.arrangement import is_gap
from agent_console.usage.reports.columns import Line
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.session_details import SessionDetail
from agent_console.usage.reports.sums import Sums, usd_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request
    from agent_console.usage.reports.row import Row

_TITLES = {
    "daily": "date",
    "weekly": "week",
    "monthly": "month",
    "hourly": "hour",
    "session": "session_id",
    "block": "block",
}
_OF_SESSION = ["title", "last_activity", "forked_from", "user_messages", "api_errors"]


def heading(report: "Report", request: "Request") -> list[str]:
    """The names of the columns."""
    name = report.grouping.name
    return [
        _TITLES.get(name, name),
        *(_OF_SESSION if name == "session" else []),
        *(["project"] if _has_project(report, request) else []),
        "models",
        "input_tokens",
        "output_tokens",
        "cache_write_tokens",
        "cache_read_tokens",
        "total_tokens",
        *(["cost_usd"] if request.with_cost else []),
        "responses",
        "unpriced_tokens",
        "unlisted_tokens",
        "output_is_lower_bound",
        *(["sessions"] if request.counts_sessions else []),
    ]


def cells(report: "Report", request: "Request", line: "Line") -> "list[str | int]":
    """The values of a line, in the same order; an empty text where nothing is known."""
    row, sums = line.row, line.sums
    detail = row.detail if row is not None and isinstance(row.detail, SessionDetail) else None
    found: list[str | int] = [printable(line.label.strip())]
    if report.grouping.name == "session":
        found += (
            [
                printable(detail.title or ""),
                iso_ms(detail.last_ms) or "",
                detail.forked_from or "",
                detail.user_messages,
                detail.api_errors,
            ]
            if detail
            else [""] * len(_OF_SESSION)
        )
    if _has_project(report, request):
        project = (row.project if row is not None else None) or ""
        if detail is not None and not project:
            project = detail.projects[0] if detail.projects else ""
        found.append(printable(project))
    found.append(printable(" ".join(line.models)))
    found += _sums(sums, with_cost=request.with_cost)
    if request.counts_sessions:
        found.append("" if row is None or row.sessions is None else row.sessions)
    return found


def _sums(sums: Sums | None, *, with_cost: bool) -> "list[str | int]":
    if sums is None:
        return [""] * (9 + with_cost)
    money = "" if sums.cost_pico is None and sums.tokens else usd_text(sums.cost_pico or 0)
    return [
        sums.input,
        sums.output,
        sums.cache_write,
        sums.cache_read,
        sums.tokens,
        *([money] if with_cost else []),
        sums.responses,
        sums.unpriced,
        sums.unlisted_tokens,
        "true" if sums.lower_bound else "false",
    ]


def _has_project(report: "Report", request: "Request") -> bool:
    return request.instances or report.grouping.name in {"session", "branch"}


def without_gaps(found: "list[Line]") -> "list[Line]":
    """The lines that are of usage."""
    return [each for each in found if each.row is None or not is_gap(each.row)]


def parted(rows: "list[Row]", request: "Request") -> list[Line]:
    """Lines in which each token stands once: of rows, or of each model of a row (--breakdown)."""
    found: list[Line] = []
    for row in rows:
        if request.breakdown and row.models:
            found += [
                Line("plain", row.label, row, sums, [model]) for model, sums in row.models.items()
            ]
        else:
            found.append(Line("plain", row.label, row, row.sums, list(row.models)))
    return without_gaps(found)
