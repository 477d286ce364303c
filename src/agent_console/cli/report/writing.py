"""Make a report to hand over and write it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from agent_console import config
from agent_console.cli.extras import need
from agent_console.cli.open_ledger import up_to_date_ledger
from agent_console.cli.output import emit_json, emit_piece, narrate
from agent_console.cli.report.formats import SUFFIXES, Format
from agent_console.cli.whole_file import write_whole
from agent_console.documents import stretch as stretches
from agent_console.documents.contents import Contents, contents, rows_by_day
from agent_console.documents.stretch import Stretch
from agent_console.usage.budgets.periods import configured_calendar
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.request import Request, now_ms
from agent_console.usage.reports.zone import QUARTER_SECONDS

if TYPE_CHECKING:
    pass

FILE_PREFIX = "claude-code-usage"


class Wanted(Struct, frozen=True):
    """What was asked for.

    Attributes:
        month: As `--month` has it; empty when days were named.
        since: As `--since` has it; null when nothing was said.
        until: As `--until` has it; likewise.
        filters: Values of the options that `usage` has too, by their long names.
        format: What to write.
        output: A file, or a folder in which the report gets a name; null for stdout.
        ingest: Look for new transcript lines first.
    """

    month: str
    since: str | None
    until: str | None
    filters: Mapping[str, str | Sequence[str]]
    format: Format
    output: Path | None
    ingest: bool


def write_report(wanted: Wanted) -> None:
    """Make it and write it.

    Raises:
        OptionError: A filter is not allowed.
        ValueError: A day or month is not allowed.
        AgentConsoleError: An extra is missing, the ledger cannot be read, or the file not be
            written.
    """
    need_for(wanted.format)
    configured = config.load()
    at_ms = now_ms()
    counted = Request("daily", wanted.filters, configured.display.timezone, at_ms).wanted
    today = counted.zone.day(at_ms // 1000 // QUARTER_SECONDS)
    stretch = (
        stretches.month(wanted.month, today)
        if wanted.month
        else stretches.days(wanted.since, wanted.until, today)
    )
    with up_to_date_ledger(ingest=wanted.ingest) as connection:
        if wanted.format == "csv":
            from agent_console.documents.data import csv_lines  # noqa: PLC0415 - one format

            _write(
                wanted,
                stretch,
                (line.encode() for line in csv_lines(rows_by_day(connection, stretch, counted))),
            )
            return
        it = contents(connection, stretch, counted, configured_calendar(configured), at_ms)
    if wanted.format == "json" and wanted.output is None:
        from agent_console.documents.data import json_document  # noqa: PLC0415 - one format

        emit_json(json_document(it, counted.zone))
        return
    _write(wanted, stretch, [_document(wanted.format, it, counted)])


def need_for(form: Format) -> None:
    """Refuse a format for which something is not installed.

    Raises:
        AgentConsoleError: An extra is missing.
    """
    if form in {"html", "pdf"}:
        need("jinja2", "report", "A report as a page")
        need("pygal", "report", "A report with charts")
    if form == "pdf":
        need("weasyprint", "pdf", "A report as PDF")


def _document(form: Format, it: Contents, counted: Filter) -> bytes:
    match form:
        case "json":
            from agent_console.documents.data import json_document  # noqa: PLC0415 - one format

            return bytes(json_document(it, counted.zone)) + b"\n"
        case "markdown":
            from agent_console.documents.markdown import markdown  # noqa: PLC0415 - one format

            return markdown(it, counted).encode()
        case _:
            from agent_console.documents.page import page  # noqa: PLC0415 - one format

            html = page(it, counted)
    if form == "html":
        return html.encode()
    from agent_console.documents.pdf import pdf  # noqa: PLC0415 - one format

    return pdf(html)


def _write(wanted: Wanted, stretch: Stretch, pieces: Iterable[bytes]) -> None:
    if wanted.output is None:
        for piece in pieces:
            emit_piece(piece.decode())
        return
    target = wanted.output
    if target.is_dir():
        target /= f"{FILE_PREFIX}-{stretch.name}{SUFFIXES[wanted.format]}"
    write_whole(target, pieces)
    narrate(f"Wrote {target}.")
