"""A report as a Markdown table.

Rule: what stands in a cell cannot end it, nor become markup.
"""

from agent_console.cli.usage.exact_columns import cells, heading, without_gaps
from agent_console.usage.reports.columns import lines
from agent_console.usage.reports.markdown_text import escaped, table_line
from agent_console.usage.reports.notes import notes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request

_LEFT = {
    "date", "week", "month", "hour", "session_id", "block", "title", "last_activity",
    "forked_from", "project", "model", "models", "branch", "subagent",
    "timestamp", "message_id", "kind",
}  # fmt: skip


def markdown(report: "Report", request: "Request") -> str:
    """The table, and the notes below it."""
    titles = heading(report, request)
    body = [cells(report, request, each) for each in without_gaps(lines(report, request))]
    return markdown_table(titles, body, notes(report, request))


def markdown_table(
    titles: "Sequence[str]", body: "Iterable[Sequence[str | int]]", said: "Iterable[str]"
) -> str:
    """A table of named columns, and sentences below it."""
    written = [
        table_line(titles),
        table_line(["---" if each in _LEFT else "---:" for each in titles]),
        *(
            table_line([escaped(each) if isinstance(each, str) else str(each) for each in row])
            for row in body
        ),
        "",
        *(f"{escaped(note)}  " for note in said),
    ]
    return "".join(f"{each}\n" for each in written)
