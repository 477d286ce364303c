"""Carry out a report: bring the ledger up to date, ask it, write the answer.

Rule: click, rich and msgspec are not imported on the way of a plain report, and nothing is decided
here: what was asked for is in the Request.
"""

from agent_console.cli.answering import answered_up_to_date
from agent_console.cli.output import (
    columns as terminal_columns,
    emit,
    is_coloured,
    narrate,
)
from agent_console.usage.reports.reading import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from agent_console.model.usage import Limit
    from agent_console.usage.reports.reading import Reading
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request


def run(request: "Request", database: str) -> int:
    """Write what was asked for; the exit code.

    Args:
        request: What was asked for.
        database: The ledger.

    Raises:
        AgentConsoleError: The ledger cannot be brought up to date or read; there is no such
            session; nobody reads the output.
    """
    try:
        opened, report = answered_up_to_date(
            database,
            request.config_dirs,
            lambda connection: _made(connection, request),
            ingest=request.ingest,
            load=_making,
        )
    except Exception as error:
        raise explained(database, error) from error
    code = _answer(request, database, opened.connection, report)
    opened.finish()
    return code


def _made(connection: "Reading", request: "Request") -> "Report | None":
    """The report; null for that of one session, which is shown while it is made."""
    if request.session_id is not None:
        return None
    return _making()(connection, request, _five_hour)


def _making() -> "Callable[[Reading, Request, Callable[[], Limit | None]], Report]":
    from agent_console.usage.reports.report_of import report_of  # noqa: PLC0415 - meanwhile

    return report_of


def _answer(
    request: "Request", database: str, connection: "Reading | None", report: "Report | None"
) -> int:
    if connection is None:
        from agent_console.usage.reports.empty import empty_ledger  # noqa: PLC0415 - rarely needed

        narrate("There is no ledger yet: no transcript has been read.")
        connection = empty_ledger()
        report = _made(connection, request)
    try:
        if report is not None:
            write(report, request)
        elif request.session_id is not None:
            from agent_console.cli.usage.one_session import show_session  # noqa: PLC0415 - rare

            return show_session(connection, request, request.session_id)
    except Exception as error:
        raise explained(database, error) from error
    finally:
        connection.close()
    return 0


def _five_hour() -> "Limit | None":
    from agent_console.cli.usage.five_hour_limit import five_hour_limit  # noqa: PLC0415 - one report

    return five_hour_limit()


def write(report: "Report", request: "Request") -> None:
    """Write a report in the format that is wanted."""
    match request.format:
        case "json":
            from agent_console.cli.usage.json_report import write_json  # noqa: PLC0415 - one format

            write_json(report, request)
        case "csv":
            from agent_console.cli.usage.csv_report import write_csv  # noqa: PLC0415 - one format

            write_csv(report, request)
        case "markdown":
            from agent_console.cli.usage.markdown import markdown  # noqa: PLC0415 - one format

            emit(markdown(report, request))
        case _:
            emit(drawn(report, request))


def drawn(report: "Report", request: "Request") -> str:
    """The report as a table with its notes."""
    from agent_console.usage.reports.columns import (  # noqa: PLC0415 - one format
        LocalTime,
        columns,
        lines,
    )
    from agent_console.usage.reports.notes import notes  # noqa: PLC0415 - one format
    from agent_console.usage.reports.table import draw, wrapped  # noqa: PLC0415 - one format

    width = terminal_columns()
    said = "".join(f"{wrapped(note, width)}\n" for note in notes(report, request))
    if not report.rows:
        is_active = report.has_active_block or not request.active
        return f"{'No usage matches.' if is_active else 'No block is active.'}\n{said}"
    if request.active:
        from agent_console.usage.reports.active_block import pace_lines  # noqa: PLC0415 - one report

        said = "".join(f"{line}\n" for line in pace_lines(report, request)) + said
    found = lines(report, request)
    cells = columns(report, request, found, LocalTime(request))
    table = draw(
        cells, [each.kind for each in found], width, coloured=is_coloured(request.coloured)
    )
    return f"{table}\n{said}"
