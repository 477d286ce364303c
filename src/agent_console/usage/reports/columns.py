"""The columns of a report, for tables, CSV and Markdown.

Rule: a column says once what it shows of a row, exactly (CSV) and shortened (tables), so that the
two cannot differ.
"""

import os

from agent_console.model.format import elapsed, pico_cost, tokens
from agent_console.model.short_names import short_model, short_path
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports.arrangement import date_ms, is_gap
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.table import Cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request
    from agent_console.usage.reports.row import Row
    from agent_console.usage.reports.session_details import SessionDetail

NOT_AVAILABLE = "N/A"
_SHORT_ID = 8


class Line:
    """A line of a report: a row, one model of a row, or the totals."""

    __slots__ = ("kind", "label", "models", "row", "sums")

    def __init__(
        self, kind: str, label: str, row: "Row | None", sums: Sums | None, models: "list[str]"
    ) -> None:
        self.kind = kind
        self.label = label
        self.row = row
        self.sums = sums
        self.models = models


def lines(report: "Report", request: "Request") -> list[Line]:
    """What a table of the report has below its heading."""
    found: list[Line] = []
    for row in report.rows:
        found.append(Line("plain", row.label, row, row.sums, list(row.models)))
        if request.breakdown and report.grouping.name != "model":
            found += [
                Line("dim", f"  {short_model(model)}", None, sums, [model])
                for model, sums in row.models.items()
            ]
    found.append(Line("total", "Total", None, report.totals, []))
    return found


def columns(
    report: "Report", request: "Request", found: list[Line], local: "LocalTime"
) -> list[Cells]:
    """The columns of a table, from left to right."""
    name = report.grouping.name
    home = os.path.expanduser("~")
    shown = [
        Cells(
            report.grouping.title,
            [_label(each, name, home, local) for each in found],
            100,
            is_number=False,
            narrowest=0 if report.grouping.is_time else 20 if name == "project" else 12,
            keeps_end=name == "project",
        )
    ]

    def text(
        title: str, cells: list[str], importance: int, narrowest: int, *, keeps_end: bool = False
    ) -> None:
        if any(cells):
            shown.append(
                Cells(
                    title,
                    cells,
                    importance,
                    is_number=False,
                    narrowest=narrowest,
                    keeps_end=keeps_end,
                )
            )

    def number(title: str, cells: list[str], importance: int) -> None:
        shown.append(Cells(title, cells, importance))

    rows = [each.row for each in found]
    if name == "session":
        sessions: list[SessionDetail | None] = [None if row is None else row.detail for row in rows]
        text("TITLE", [(each.title or "") if each else "" for each in sessions], 50, 12)
        if not request.instances:
            text(
                "PROJECT",
                [_folder(each.projects[0]) if each and each.projects else "" for each in sessions],
                45,
                8,
            )
        text(
            "LAST",
            [
                local.minute(date_ms(row)) if row is not None and each and each.last_ms else ""
                for row, each in zip(rows, sessions, strict=True)
            ],
            70,
            0,
        )
    elif name == "block":
        text("STATE", [_state(row) for row in rows], 75, 0)
    if name != "project":
        paths = [row.project if row is not None else None for row in rows]
        text("PROJECT", [short_path(path, home) for path in paths], 60, 16, keeps_end=True)
    if name != "model":
        short = {model: short_model(model) for model in {m for each in found for m in each.models}}
        text(
            "MODELS",
            [
                ", ".join([short[model] for model in each.models]) if each.kind == "plain" else ""
                for each in found
            ],
            40,
            10,
        )
    if name == "session":
        number("MSGS", [_messages(row) for row in rows], 30)
        errors = [_errors(row) for row in rows]
        if any(errors):
            number("ERRORS", errors, 15)
    if any(row is not None and row.sessions is not None for row in rows):
        number("SESSIONS", ["" if row is None else str(row.sessions or 0) for row in rows], 55)
    number("INPUT", _tokens(found, "input"), 20)
    number("OUTPUT", _tokens(found, "output"), 35)
    if not request.compact:
        number("WRITE", _tokens(found, "cache_write"), 10)
        number("READ", _tokens(found, "cache_read"), 11)
    number("TOKENS", _tokens(found, "tokens"), 80)
    if request.with_cost:
        number("COST", _costs(found), 90)
    return shown


class LocalTime:
    """Instants in the report's zone."""

    __slots__ = ("_offset",)

    def __init__(self, request: "Request") -> None:
        self._offset = request.wanted.zone.offset

    def minute(self, at_ms: int) -> str:
        """`2026-11-20 14:05`."""
        return self.second(at_ms)[:16]

    def second(self, at_ms: int) -> str:
        """`2026-11-20 14:05:33`."""
        ahead = self._offset(at_ms // QUARTER_MS) * QUARTER_MS
        return (iso_ms(at_ms + ahead) or "")[:19].replace("T", " ")


def _label(each: Line, grouping: str, home: str, local: LocalTime) -> str:
    if each.kind != "plain" or each.row is None:
        return each.label
    match grouping:
        case "session":
            return each.label[:_SHORT_ID]
        case "project":
            return short_path(each.label, home)
        case "model":
            return short_model(each.label)
        case "hourly":
            return each.label[:16].replace("T", " ")
        case "block":
            return local.minute(each.row.detail.start_ms)
        case _:
            return each.label


def _folder(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path


def _state(row: "Row | None") -> str:
    if row is None:
        return ""
    detail = row.detail
    if detail.is_gap:
        return f"gap {elapsed(detail.end_ms - detail.start_ms)}"
    return "active" if detail.is_active else ""


def _messages(row: "Row | None") -> str:
    """What both sides wrote."""
    if row is None:
        return ""
    detail: SessionDetail = row.detail
    return str(detail.user_messages + (0 if row.sums is None else row.sums.responses))


def _errors(row: "Row | None") -> str:
    """Responses that were errors of the API; empty for none."""
    detail: SessionDetail | None = None if row is None else row.detail
    return str(detail.api_errors) if detail is not None and detail.api_errors else ""


def _tokens(found: list[Line], field: str) -> list[str]:
    return [
        ""
        if each.row is not None and is_gap(each.row)
        else NOT_AVAILABLE
        if each.sums is None
        else tokens(getattr(each.sums, field))
        for each in found
    ]


def _costs(found: list[Line]) -> list[str]:
    """Money, with a `*` where some tokens have no price."""
    marked = any(each.sums is not None and each.sums.unpriced for each in found)
    cells: list[str] = []
    for each in found:
        sums = each.sums
        if sums is None or (sums.cost_pico is None and sums.tokens):
            cell = NOT_AVAILABLE
        elif each.row is not None and is_gap(each.row):
            cell = ""
        else:
            cell = pico_cost(sums.cost_pico or 0)
        mark = ("*" if sums is not None and sums.unpriced else " ") if marked else ""
        cells.append(f"{cell}{mark}")
    return cells
