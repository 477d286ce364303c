"""A report as CSV.

Rule: exact values, each token in one line, no totals: whoever reads it adds up. Notes go to stderr.
"""

from agent_console.cli.output import emit_piece, narrate
from agent_console.cli.usage.exact_columns import cells, heading, parted
from agent_console.usage.reports.csv_text import csv_line, csv_lines
from agent_console.usage.reports.notes import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request


def write_csv(report: "Report", request: "Request") -> None:
    """Write the report."""
    for note in warnings(report, request):
        narrate(note)
    emit_piece(csv_line(heading(report, request)))
    for rows in [report.rows] if report.parts is None else report.parts:
        found = parted(rows, request)
        emit_piece(csv_lines(cells(report, request, each) for each in found))
