"""`usage session --id`: one session, message by message.

Rule: roles, parents and times are read from the transcripts now and stored nowhere; when they are
gone, the ledger's own rows are still shown.
"""

from agent_console.cli.output import (
    columns as terminal_columns,
    emit,
    is_coloured,
    is_terminal,
    narrate,
)
from agent_console.cli.usage.markdown import markdown_table
from agent_console.errors import RequestRefusedError
from agent_console.model.format import exact_tokens, printable, tokens
from agent_console.model.short_names import short_model
from agent_console.usage.conversations import conversation
from agent_console.usage.reports.columns import LocalTime
from agent_console.usage.reports.csv_text import csv_lines
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.json_text import json_text
from agent_console.usage.reports.notes import money, notes, warnings
from agent_console.usage.reports.one_session import (
    Entry,
    OneSession,
    ids_beginning_with,
    one_session,
)
from agent_console.usage.reports.session_details import SessionDetail
from agent_console.usage.reports.session_json import session_json
from agent_console.usage.reports.sums import usd_text
from agent_console.usage.reports.table import Cells, draw, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.reports.reading import Reading
    from agent_console.usage.reports.request import Request

MARKED = 3
"""So many of the most expensive messages are marked."""


def show_session(connection: "Reading", request: "Request", given: str) -> int:
    """Write one session in the format that is wanted; the exit code.

    Args:
        connection: The ledger.
        request: What was asked for.
        given: The session's id, or its beginning.

    Raises:
        RequestRefusedError: There is none, or several begin like that.
    """
    ids = ids_beginning_with(connection, given)
    if not ids:
        raise RequestRefusedError("not_found", f"Session not found: {given}")
    if len(ids) > 1:
        raise RequestRefusedError(
            "invalid_value", f"{len(ids)} sessions begin with {given!r}: {', '.join(ids[:5])}."
        )
    session = one_session(connection, request.wanted, GROUPINGS["session"], ids[0])
    arrange_entries(session, request)
    match request.format:
        case "json":
            document = session_json(
                session, conversation(session.transcripts), with_cost=request.with_cost
            )
            emit(json_text(document, indent=is_terminal()))
        case "csv":
            for note in warnings(session.report, request):
                narrate(note)
            emit(csv_lines(exact_lines(session, request)))
        case "markdown":
            heading, *rows = exact_lines(session, request)
            emit(markdown_table(heading, rows, notes(session.report, request)))
        case _:
            emit(drawn(session, request))
    return 0


def arrange_entries(session: OneSession, request: "Request") -> None:
    """Put the entries in the order that is wanted; that of time when nothing is."""
    entries = session.entries
    if request.min_cost_pico is not None:
        entries = [each for each in entries if (each.sums.cost_pico or 0) >= request.min_cost_pico]
    if request.sort in {"cost", "tokens"} or request.top is not None:
        by_tokens = request.sort == "tokens"
        entries = sorted(entries, key=lambda each: -each.sums.tokens if by_tokens else each.rank)[
            : request.top
        ]
        upside_down = request.descending is False
        if request.sort not in {"cost", "tokens"}:
            entries.sort(key=lambda each: each.at_ms)
            upside_down = bool(request.descending)
        if upside_down:
            entries.reverse()
    elif request.descending:
        entries = entries[::-1]
    session.report.hidden = len(session.entries) - len(entries)
    session.entries = entries


def drawn(session: OneSession, request: "Request") -> str:
    """The session as text."""
    width = terminal_columns()
    local = LocalTime(request)
    written = "".join(f"{line}\n" for line in _head(session, request, local))
    if session.entries:
        kinds = ["plain"] * len(session.entries)
        table = draw(
            _columns(session.entries, request, local),
            kinds,
            width,
            coloured=is_coloured(request.coloured),
        )
        written += f"\n{table}"
    elif session.is_left_out:
        written += "\nNo message matches.\n"
    said = "".join(f"{wrapped(note, width)}\n" for note in notes(session.report, request))
    return f"{written}\n{said}"


def _head(session: OneSession, request: "Request", local: LocalTime) -> list[str]:
    row = session.row
    detail = row.detail if isinstance(row.detail, SessionDetail) else None
    head = [f"Session   {printable(row.label)}"]
    if detail is not None:
        if detail.title:
            head.append(f"Title     {printable(detail.title)}")
        head += [f"Project   {printable(each)}" for each in detail.projects]
        if detail.first_ms is not None and detail.last_ms is not None:
            head.append(
                f"Time      {local.minute(detail.first_ms)} to {local.minute(detail.last_ms)}"
            )
    if session.origins:
        head.append(f"From      {' from '.join(printable(each) for each in session.origins)}")
    if session.forks:
        head.append(f"Forks     {', '.join(printable(each) for each in session.forks)}")
    asked = 0 if detail is None else detail.user_messages
    errors = [f"Errors    {detail.api_errors} of the API"] if detail and detail.api_errors else []
    if row.sums is None:
        of_us = "" if session.is_left_out else "; usage N/A"
        return [*head, f"Messages  {asked} by the user{of_us}", *errors]
    head += [
        f"Messages  {asked} by the user, {row.sums.responses} by the assistant",
        *errors,
        f"Tokens    {exact_tokens(row.sums.tokens)}"
        + (f", {money(row.sums.cost_pico)}" if request.with_cost else ""),
        f"Models    {', '.join(map(short_model, row.models))}",
    ]
    return head


def _columns(entries: list[Entry], request: "Request", local: LocalTime) -> list[Cells]:
    marks = [f"#{each.rank}" if each.rank <= MARKED else "" for each in entries]
    shown = [Cells("TIME", [local.second(each.at_ms) for each in entries], 100, is_number=False)]
    shown.append(
        Cells("MODEL", [short_model(each.model) for each in entries], 50, is_number=False,
              narrowest=8)
    )  # fmt: skip
    whom = [each.agent or ("" if each.kind == "response" else each.kind) for each in entries]
    if any(whom):
        shown.append(Cells("SUBAGENT", whom, 60, is_number=False, narrowest=8))
    for title, field, importance in (
        ("INPUT", "input", 20),
        ("OUTPUT", "output", 35),
        ("WRITE", "cache_write", 25),
        ("READ", "cache_read", 24),
        ("TOKENS", "tokens", 80),
    ):
        cells = [tokens(getattr(each.sums, field)) for each in entries]
        shown.append(Cells(title, cells, importance))
    if request.with_cost:
        shown.append(Cells("COST", [money(each.sums.cost_pico) for each in entries], 90))
    shown.append(Cells("MOST", marks, 70))
    return shown


def exact_lines(session: OneSession, request: "Request") -> list[list[str]]:
    """A heading and a line for each entry, with exact values."""
    lines = [
        ["timestamp", "message_id", "kind", "model", "subagent", "input_tokens", "output_tokens",
         "cache_write_tokens", "cache_read_tokens", "total_tokens",
         *(["cost_usd"] if request.with_cost else []), "rank"]
    ]  # fmt: skip
    for each in session.entries:
        sums = each.sums
        lines.append(
            [
                iso_ms(each.at_ms) or "",
                printable(each.key or ""),
                each.kind,
                printable(each.model),
                printable(each.agent or ""),
                *map(
                    str,
                    (sums.input, sums.output, sums.cache_write, sums.cache_read, sums.tokens),
                ),
                *(
                    ["" if sums.cost_pico is None else usd_text(sums.cost_pico)]
                    if request.with_cost
                    else []
                ),
                str(each.rank),
            ]
        )
    return lines
