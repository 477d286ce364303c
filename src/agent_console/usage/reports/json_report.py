"""A report as JSON, with the keys that ccusage has wherever they mean the same.

Rule: scripts and status bars read this. A key is added, never renamed or taken away.
"""

from agent_console.usage.reports.arrangement import date_ms
from agent_console.usage.reports.buckets import last_day_of
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.json_text import Rate, Usd
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_console.usage.reports.block_details import BlockDetail
    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.row import Row
    from agent_console.usage.reports.session_details import SessionDetail


def report_json(
    report: "Report", wanted: "Filter", *, by_project: bool, with_cost: bool, breakdown: bool = True
) -> "dict[str, Any]":
    """The report as a value for `json_text`.

    Args:
        report: What to write.
        wanted: Its filter.
        by_project: Rows stand below their project, as `projects`.
        with_cost: False leaves all money out.
        breakdown: Also by model.
    """
    grouping = report.grouping
    rows = [_row(report, row, wanted, with_cost, breakdown) for row in report.rows]
    document: dict[str, Any] = {}
    if by_project and grouping.is_time and grouping.name != "block":
        projects: dict[str, list[Any]] = {}
        for row, written in zip(report.rows, rows, strict=True):
            projects.setdefault(row.project or "", []).append(written)
        document["projects"] = projects
    else:
        document[grouping.list_key] = rows
    totals = _sums(report.totals, with_cost)
    if report.unpriced_models:
        totals["unpricedModels"] = report.unpriced_models
    totals["projectCount"] = report.projects
    totals["rowsNotShown"] = report.hidden
    document["totals"] = totals
    all_time = report.all_time
    document["allTime"] = {
        "totalTokens": all_time.sums.tokens,
        **({"totalCost": _cost(all_time.sums)} if with_cost else {}),
        "projectCount": all_time.projects,
        "sessionCount": all_time.sessions,
    }
    return document


def _row(
    report: "Report", row: "Row", wanted: "Filter", with_cost: bool, breakdown: bool
) -> "dict[str, Any]":
    grouping = report.grouping
    if grouping.name == "block":
        return _block(row, with_cost)
    written: dict[str, Any] = {grouping.row_key: row.label}
    if grouping.name in {"daily", "weekly", "monthly"}:
        written["period"] = (
            row.label
        )  # what `ccusage daily` calls it, and `ccusage claude` does not
    if grouping.name in {"weekly", "monthly"}:
        written["startDate"] = iso(row.key[0])
        written["endDate"] = iso(last_day_of(grouping.name, row.key[0], wanted))
    if row.project is not None:
        written["project"] = row.project
    written |= _sums(row.sums, with_cost)
    written["modelsUsed"] = list(row.models)
    if breakdown:
        written["modelBreakdowns"] = [
            _model(name, sums, with_cost) for name, sums in row.models.items()
        ]
    if row.sessions is not None:
        written["sessionCount"] = row.sessions
    if grouping.name == "session":
        written |= _session(row, row.detail)
    elif not grouping.is_time:
        written["lastActivity"] = iso_ms(date_ms(row))
    return written


def _sums(sums: Sums | None, with_cost: bool) -> "dict[str, Any]":
    if sums is None:
        nothing = dict.fromkeys(_sums(Sums(), with_cost))
        nothing["outputIsLowerBound"] = False
        return nothing
    written: dict[str, Any] = {
        "inputTokens": sums.input,
        "outputTokens": sums.output,
        "cacheCreationTokens": sums.cache_write,
        "cacheReadTokens": sums.cache_read,
        "totalTokens": sums.tokens,
    }
    if with_cost:
        written["totalCost"] = _cost(sums)
    written |= {
        "cacheCreation5mTokens": sums.cache_write_5m,
        "cacheCreation1hTokens": sums.cache_write_1h,
        "webSearches": sums.web_searches,
        "responses": sums.responses,
        "unpricedTokens": sums.unpriced,
        "outputIsLowerBound": sums.lower_bound > 0,
        "unlistedTokens": sums.unlisted_tokens,
    }
    if with_cost:
        written["unlistedCost"] = Usd(sums.unlisted_pico or 0)
    return written


def _model(name: str, sums: Sums, with_cost: bool) -> "dict[str, Any]":
    written: dict[str, Any] = {
        "modelName": name,
        "inputTokens": sums.input,
        "outputTokens": sums.output,
        "cacheCreationTokens": sums.cache_write,
        "cacheReadTokens": sums.cache_read,
    }
    if with_cost:
        written["cost"] = _cost(sums)
    if sums.unpriced:
        written["missingPricing"] = True
    return written


def _session(row: "Row", detail: "SessionDetail") -> "dict[str, Any]":
    return {
        "title": detail.title,
        "projectPath": detail.projects[0] if detail.projects else None,
        "firstActivity": iso_ms(detail.first_ms),
        "lastActivity": iso_ms(detail.last_ms),
        "model": detail.last_model,
        "primaryModel": next(iter(row.models), None),
        "userMessages": detail.user_messages,
        "assistantMessages": 0 if row.sums is None else row.sums.responses,
        "forkedFrom": detail.forked_from,
    }


def _block(row: "Row", with_cost: bool) -> "dict[str, Any]":
    sums = row.sums or Sums()
    detail: BlockDetail = row.detail
    pace = detail.pace
    written: dict[str, Any] = {
        "id": row.label,
        "startTime": iso_ms(detail.start_ms),
        "endTime": iso_ms(detail.end_ms),
        "actualEndTime": None if detail.is_gap else iso_ms(detail.last_ms),
        "isActive": detail.is_active,
        "isGap": detail.is_gap,
        "entries": sums.messages,
        "tokenCounts": {
            "inputTokens": sums.input,
            "outputTokens": sums.output,
            "cacheCreationInputTokens": sums.cache_write,
            "cacheReadInputTokens": sums.cache_read,
        },
        "totalTokens": sums.tokens,
        **({"costUSD": _cost(sums)} if with_cost else {}),
        "models": list(row.models),
        "burnRate": None,
        "projection": None,
    }
    if row.project is not None:
        written["project"] = row.project
    if pace is not None:
        written["burnRate"] = {
            "tokensPerMinute": Rate(pace.tokens_per_minute),
            "tokensPerMinuteForIndicator": Rate(pace.input_output_per_minute),
            **({"costPerHour": _usd(pace.cost_pico_per_hour)} if with_cost else {}),
        }
        written["projection"] = {
            "totalTokens": pace.tokens,
            **({"totalCost": _usd(pace.cost_pico)} if with_cost else {}),
            "remainingMinutes": pace.remaining_minutes,
        }
        written["limit"] = {
            "usedPercent": None if detail.used_percent is None else Rate(detail.used_percent),
        }
        written["sources"] = {
            "startTime": "estimated",
            "endTime": "official" if detail.end_is_official else "estimated",
            "totalTokens": "measured",
            "burnRate": "measured",
            "projection": "estimated",
            "limit": None if detail.used_percent is None else "official",
        }
    written |= {
        "firstActivity": None if detail.is_gap else iso_ms(detail.first_ms),
        "unpricedTokens": sums.unpriced,
        "outputIsLowerBound": sums.lower_bound > 0,
        "unlistedTokens": sums.unlisted_tokens,
    }
    return written


def _cost(sums: Sums) -> Usd | None:
    """Null where nothing has a price; nothing at all costs nothing."""
    return Usd(0) if sums.cost_pico is None and not sums.tokens else _usd(sums.cost_pico)


def _usd(pico: int | None) -> Usd | None:
    return None if pico is None else Usd(pico)
