"""A report as JSON, with the keys that ccusage has wherever they mean the same.

Rule: scripts and status bars read this. A key is added, never renamed or taken away.

Rows are written as text at once, and some at a time: of a long report, dicts of them would take
longer than everything else, and all of them more memory than there may be.
"""

from agent_console.usage.reports.arrangement import date_ms
from agent_console.usage.reports.buckets import last_day_of
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.json_text import Rate, Usd, Written, json_text, quoted
from agent_console.usage.reports.sums import Sums, usd_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from agent_console.usage.reports.block_details import BlockDetail, Pace
    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.row import Row
    from agent_console.usage.reports.session_details import SessionDetail

_LOWER_BOUND = '"outputIsLowerBound"'


def report_pieces(
    report: "Report", wanted: "Filter", *, by_project: bool, with_cost: bool
) -> "Iterator[str]":
    """The report as a JSON document, in pieces.

    Args:
        report: What to write.
        wanted: Its filter.
        by_project: Rows stand below their project, as `projects`.
        with_cost: False leaves all money out.
    """
    grouping = report.grouping
    parts = [report.rows] if report.parts is None else report.parts
    if by_project and (
        grouping.name == "session" or (grouping.is_time and grouping.name != "block")
    ):
        projects: dict[str, list[str]] = {}
        for some in parts:
            for row in some:
                written = _row(report, row, wanted, with_cost)
                projects.setdefault(row.project or "", []).append(written)
        comma = '{"projects":{'
        for project, rows in projects.items():
            yield f"{comma}{quoted(project)}:[{','.join(rows)}]"
            comma = ","
        yield "}," if projects else '{"projects":{},'
    else:
        yield f'{{"{grouping.list_key}":['
        comma = ""
        for some in parts:
            if some:
                yield comma + ",".join([_row(report, row, wanted, with_cost) for row in some])
                comma = ","
        yield "],"
    yield json_text(_totals(report, with_cost), indent=False)[1:]


def _totals(report: "Report", with_cost: bool) -> "dict[str, Any]":
    further: dict[str, Any] = {"projectCount": report.projects, "rowsNotShown": report.hidden}
    if report.unpriced_models:
        further = {"unpricedModels": report.unpriced_models, **further}
    all_time = report.all_time
    return {
        "totals": Written(
            f"{{{_sums(report.totals, with_cost)},{json_text(further, indent=False)[1:]}"
        ),
        "allTime": {
            "totalTokens": all_time.sums.tokens,
            **({"totalCost": _cost(all_time.sums)} if with_cost else {}),
            "projectCount": all_time.projects,
            "sessionCount": all_time.sessions,
        },
    }


def _row(report: "Report", row: "Row", wanted: "Filter", with_cost: bool) -> str:
    grouping = report.grouping
    if grouping.name == "block":
        return _block(row, with_cost)
    label = quoted(row.label)
    head, tail = "", ""
    if grouping.name in {"daily", "weekly", "monthly"}:
        # (What `ccusage daily` calls it, and `ccusage claude` does not.)
        head = f',"period":{label}'
        if grouping.name != "daily":
            last_day = last_day_of(grouping.name, row.key[0], wanted)
            head += f',"startDate":"{iso(row.key[0])}","endDate":"{iso(last_day)}"'
    if row.project is not None:
        head += f',"project":{quoted(row.project)}'
    if row.sessions is not None:
        tail = f',"sessionCount":{row.sessions}'
    names, models = _models(row.models, with_cost)
    if grouping.name == "session":
        tail += _session(row, row.detail, names[0] if names else "null")
    elif not grouping.is_time:
        tail += f',"lastActivity":{_time(date_ms(row))}'
    return (
        f'{{"{grouping.row_key}":{label}{head},{_sums(row.sums, with_cost)},'
        f'"modelsUsed":[{",".join(names)}],"modelBreakdowns":[{",".join(models)}]{tail}}}'
    )


def _sums(sums: Sums | None, with_cost: bool) -> str:
    """The members of an object."""
    if sums is None:
        return _nothing(with_cost)
    write_5m, write_1h = sums.cache_write_5m, sums.cache_write_1h
    tokens = sums.tokens
    total, unlisted = "", ""
    if with_cost:
        pico, extra = sums.cost_pico, sums.unlisted_pico
        total = f'"totalCost":{_no_cost(tokens) if pico is None else usd_text(pico)},'
        unlisted = f',"unlistedCost":{usd_text(extra)}' if extra else ',"unlistedCost":0'
    return (
        f'"inputTokens":{sums.input},"outputTokens":{sums.output},'
        f'"cacheCreationTokens":{write_5m + write_1h},"cacheReadTokens":{sums.cache_read},'
        f'"totalTokens":{tokens},{total}"cacheCreation5mTokens":{write_5m},'
        f'"cacheCreation1hTokens":{write_1h},"webSearches":{sums.web_searches},'
        f'"responses":{sums.responses},"unpricedTokens":{sums.unpriced},'
        f'"outputIsLowerBound":{"true" if sums.lower_bound else "false"},'
        f'"unlistedTokens":{sums.unlisted_tokens}{unlisted}'
    )


def _nothing(with_cost: bool) -> str:
    """The same members where nothing is known."""
    names = [member.partition(":")[0] for member in _sums(Sums(), with_cost).split(",")]
    return ",".join(f"{name}:{'false' if name == _LOWER_BOUND else 'null'}" for name in names)


def _models(models: dict[str, Sums], with_cost: bool) -> tuple[list[str], list[str]]:
    """Their names, and the breakdown; the longest of loops, in which calls would show."""
    names: list[str] = []
    found: list[str] = []
    for model, sums in models.items():
        name = quoted(model)
        names.append(name)
        money = ""
        if with_cost:
            pico = sums.cost_pico
            money = f',"cost":{_no_cost(sums.tokens) if pico is None else usd_text(pico)}'
        missing = ',"missingPricing":true' if sums.unpriced else ""
        found.append(
            f'{{"modelName":{name},"inputTokens":{sums.input},"outputTokens":{sums.output},'
            f'"cacheCreationTokens":{sums.cache_write_5m + sums.cache_write_1h},'
            f'"cacheReadTokens":{sums.cache_read}{money}{missing}}}'
        )
    return names, found


def _session(row: "Row", detail: "SessionDetail", primary: str) -> str:
    title, origin, model = detail.title, detail.forked_from, detail.last_model
    project = row.project or next(iter(detail.projects), None)
    return (
        f',"title":{"null" if title is None else quoted(title)},'
        f'"projectPath":{"null" if project is None else quoted(project)},'
        f'"firstActivity":{_time(detail.first_ms)},"lastActivity":{_time(detail.last_ms)},'
        f'"model":{"null" if model is None else quoted(model)},"primaryModel":{primary},'
        f'"userMessages":{detail.user_messages},'
        f'"assistantMessages":{0 if row.sums is None else row.sums.responses},'
        f'"apiErrors":{detail.api_errors},'
        f'"forkedFrom":{"null" if origin is None else quoted(origin)}'
    )


def _block(row: "Row", with_cost: bool) -> str:
    sums = row.sums or Sums()
    detail: BlockDetail = row.detail
    pace = detail.pace
    money = f',"costUSD":{_cost_text(sums)}' if with_cost else ""
    project = "" if row.project is None else f',"project":{quoted(row.project)}'
    now = ',"burnRate":null,"projection":null'
    further = ""
    if pace is not None:
        now, further = _current(detail, pace, with_cost)
    return (
        f'{{"id":{quoted(row.label)},"startTime":{_time(detail.start_ms)},'
        f'"endTime":{_time(detail.end_ms)},'
        f'"actualEndTime":{_time(None if detail.is_gap else detail.last_ms)},'
        f'"isActive":{_flag(detail.is_active)},"isGap":{_flag(detail.is_gap)},'
        f'"entries":{sums.messages},"tokenCounts":{{"inputTokens":{sums.input},'
        f'"outputTokens":{sums.output},"cacheCreationInputTokens":{sums.cache_write},'
        f'"cacheReadInputTokens":{sums.cache_read}}},"totalTokens":{sums.tokens}{money},'
        f'"models":[{",".join(map(quoted, row.models))}]{now}{project}{further},'
        f'"firstActivity":{_time(None if detail.is_gap else detail.first_ms)},'
        f'"unpricedTokens":{sums.unpriced},"outputIsLowerBound":{_flag(sums.lower_bound > 0)},'
        f'"unlistedTokens":{sums.unlisted_tokens}}}'
    )


def _current(detail: "BlockDetail", pace: "Pace", with_cost: bool) -> tuple[str, str]:
    """What the current block has in the place of nulls, and what it has beside them."""
    now = {
        "burnRate": {
            "tokensPerMinute": Rate(pace.tokens_per_minute),
            "tokensPerMinuteForIndicator": Rate(pace.input_output_per_minute),
            **({"costPerHour": _usd(pace.cost_pico_per_hour)} if with_cost else {}),
        },
        "projection": {
            "totalTokens": pace.tokens,
            **({"totalCost": _usd(pace.cost_pico)} if with_cost else {}),
            "remainingMinutes": pace.remaining_minutes,
        },
    }
    used = None if detail.used_percent is None else Rate(detail.used_percent)
    further = {
        "limit": {"usedPercent": used},
        "sources": {
            "startTime": "estimated",
            "endTime": "official" if detail.end_is_official else "estimated",
            "totalTokens": "measured",
            "burnRate": "measured",
            "projection": "estimated",
            "limit": None if detail.used_percent is None else "official",
        },
    }
    beside, after = (f",{json_text(each, indent=False)[1:-1]}" for each in (now, further))
    return beside, after


def _cost(sums: Sums) -> Usd | None:
    """Null where nothing has a price; nothing at all costs nothing."""
    return Usd(0) if sums.cost_pico is None and not sums.tokens else _usd(sums.cost_pico)


def _cost_text(sums: Sums) -> str:
    return _no_cost(sums.tokens) if sums.cost_pico is None else usd_text(sums.cost_pico)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _no_cost(tokens: int) -> str:
    return "null" if tokens else "0"


def _time(at_ms: int | None) -> str:
    return "null" if at_ms is None else f'"{iso_ms(at_ms)}"'


def _usd(pico: int | None) -> Usd | None:
    return None if pico is None else Usd(pico)
