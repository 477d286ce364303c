"""A report as CSV.

Rule: exact values, one line a row, no totals: whoever reads it adds up. Notes go to stderr.
"""

from agent_console.cli.output import emit, narrate
from agent_console.cli.usage.columns import lines
from agent_console.cli.usage.exact_columns import cells, heading, without_gaps
from agent_console.cli.usage.notes import warnings
from agent_console.usage.reports.csv_text import csv_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.cli.usage.request import Request
    from agent_console.usage.reports.report import Report


def write_csv(report: "Report", request: "Request") -> None:
    """Write the report."""
    found = [each for each in without_gaps(lines(report, request)) if each.kind != "total"]
    written = [csv_line(heading(report, request))]
    written += [csv_line(cells(report, request, each)) for each in found]
    for note in warnings(report, request):
        narrate(note)
    emit("".join(written))
