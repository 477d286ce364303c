"""A report as JSON: on one line in a pipe, for eyes on a terminal.

Rule: it goes out in pieces, so that memory does not grow with the rows of a report that streams.
"""

from agent_console.cli.output import emit, emit_piece, is_terminal
from agent_console.usage.reports.json_report import report_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request


def write_json(report: "Report", request: "Request") -> None:
    """Write the report."""
    pieces = report_pieces(
        report, request.wanted, by_project=request.instances, with_cost=request.with_cost
    )
    if is_terminal():
        import msgspec  # noqa: PLC0415 - pipes need no formatting

        emit(msgspec.json.format("".join(pieces), indent=2))
        return
    for piece in pieces:
        emit_piece(piece)
    emit_piece("\n")
