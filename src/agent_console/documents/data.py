"""A report for programs: JSON with exact figures, and CSV for spreadsheets.

Rule: dollars are exact decimals, written as numbers; what is not known is null.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from agent_console.documents.contents import Contents, Part, Parts
from agent_console.model.budget import BudgetStatus
from agent_console.model.format import printable
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.csv_text import csv_line
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.sums import Sums, usd_text
from agent_console.usage.reports.zone import Zone

CSV_COLUMNS = (
    "date",
    "project",
    "model",
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "total_tokens",
    "cost_usd",
    "unpriced_tokens",
)


def json_document(it: Contents, zone: Zone) -> msgspec.Raw:
    """The report as one document."""
    stretch = it.stretch
    moment = datetime.fromtimestamp(it.made_at_ms / 1000, zone.info).astimezone(zone.info)
    document = {
        "title": stretch.title,
        "first_day": iso(stretch.first),
        "last_day": iso(stretch.last),
        "until_day": iso(stretch.until),
        "timezone": zone.name or None,
        "made_at": moment.isoformat(timespec="seconds"),
        "totals": {
            **_sums(it.now.sums),
            "sessions": it.now.sessions,
            "projects": it.now.projects,
        },
        "before": {
            "first_day": iso(stretch.compared_first),
            "last_day": iso(stretch.compared_last),
            **_sums(it.before.sums),
            "sessions": it.before.sessions,
            "projects": it.before.projects,
        },
        "change_percent": it.change_percent,
        "cache_hit_rate": it.hit_rate,
        "cache_efficiency": it.efficiency,
        "days": [{"date": iso(day.day), **_sums(day.sums)} for day in it.days],
        "projects": _parts(it.projects),
        "models": _parts(it.models),
        "sessions": _parts(it.sessions),
        "budgets": [_budget(status) for status in it.budgets],
        "notes": it.notes,
    }
    return msgspec.Raw(msgspec.json.Encoder(decimal_format="number").encode(document))


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A line for each day, project and model, below the names of the columns."""
    yield csv_line(CSV_COLUMNS)
    for row in rows:
        for model, sums in row.models.items():
            yield csv_line(
                (
                    row.label,
                    printable(row.project or UNKNOWN),
                    printable(model),
                    str(sums.input),
                    str(sums.output),
                    str(sums.cache_write_5m),
                    str(sums.cache_write_1h),
                    str(sums.cache_read),
                    str(sums.tokens),
                    "" if sums.cost_pico is None else usd_text(sums.cost_pico),
                    str(sums.unpriced),
                )
            )


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "input_tokens": sums.input,
        "output_tokens": sums.output,
        "cache_write_5m_tokens": sums.cache_write_5m,
        "cache_write_1h_tokens": sums.cache_write_1h,
        "cache_read_tokens": sums.cache_read,
        "total_tokens": sums.tokens,
        "cost_usd": _usd(sums),
        "responses": sums.responses,
        "unpriced_tokens": sums.unpriced,
        "unlisted_tokens": sums.unlisted_tokens,
        "lower_bound_responses": sums.lower_bound,
    }


def _usd(sums: Sums) -> Decimal | None:
    if sums.cost_pico is None:
        return None if sums.tokens else Decimal(0)
    return Decimal(usd_text(sums.cost_pico))


def _parts(parts: Parts) -> list[dict[str, Any]]:
    shown = [_part(part) for part in parts.shown]
    return shown if parts.rest is None else [*shown, {**_part(parts.rest), "is_rest": True}]


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        **({"project": part.detail} if part.detail else {}),
        **_sums(part.sums),
        "share": part.share,
    }


def _budget(status: BudgetStatus) -> dict[str, Any]:
    budget = status.budget
    in_usd = budget.limit_tokens is None

    def number(amount: int) -> float | int:
        return amount / PICO_PER_USD if in_usd else amount

    return {
        "budget_id": budget.budget_id,
        "name": budget.name,
        "unit": "usd" if in_usd else "tokens",
        "limit": number(budget.limit),
        "spent": number(status.spent),
        "percent": status.percent,
        "projected": number(status.projected),
        "paused": budget.is_paused,
    }
