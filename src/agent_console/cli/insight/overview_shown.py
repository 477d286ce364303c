"""The overview for people and for scripts."""

import os
from collections.abc import Callable
from typing import Any

from agent_console.cli.budget import shown as budgets_shown
from agent_console.cli.fields import Rows
from agent_console.cli.insight import words
from agent_console.model.format import cost, counted, exact_cost, exact_tokens, tokens
from agent_console.model.short_names import short_model, short_path
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.insight.forecast import Forecast
from agent_console.usage.insight.month import Month
from agent_console.usage.insight.overview import Overview, Part
from agent_console.usage.insight.spent import Spent
from agent_console.usage.money import dollars
from agent_console.usage.reports.cache_rates import hit_rate
from agent_console.usage.reports.calendar import WEEKDAYS, iso
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.table import Cells
from agent_console.usage.reports.token_counts import token_counts

_EPOCH_WEEKDAY = 3  # a Thursday


def stretch_words(found: Overview) -> str:
    """What the first part of the overview is about."""
    if found.forecast is not None:
        return f"{words.days(found.month.first, found.month.today)} (this month)"
    zone = found.stretch.zone
    since, until = found.stretch.since, found.stretch.until
    if since is None and until is None:
        return "everything"
    first = "the beginning" if since is None else iso(zone.day(since))
    last = "now" if until is None else iso(zone.day(until - 1))
    return f"{first} to {last}"


def stretch_rows(found: Overview) -> Rows:
    """The stretch, today and the week, one below the other."""
    now = found.now
    sums = now.sums
    rows: list[tuple[str, str]] = [
        ("Period", stretch_words(found)),
        ("Cost", _cost(now)),
        ("Last month", _change(found)),
        ("Forecast", forecast_words(found.forecast, found.month)),
        ("Tokens", _tokens(sums)),
        ("Sessions", _sessions(now)),
        ("Cache", _cache(found)),
        ("Today", _today(found)),
        ("7 days", week_words(found)),
    ]
    if sums.unpriced:
        rows.append(("Unpriced", f"{tokens(sums.unpriced)} tokens are in no cost"))
    return rows


def week_words(found: Overview) -> str:
    """The last seven days as a sparkline, with its days and its sum."""
    first = WEEKDAYS[(found.month.today - len(found.week) + 1 + _EPOCH_WEEKDAY) % 7]
    return (
        f"{words.sparkline(found.week)}  {first[:3].capitalize()} to today: "
        f"{cost(sum(found.week))}, {cost(max(found.week))} at most"
    )


def forecast_words(forecast: Forecast | None, month: Month) -> str:
    """The month's end in a line; empty without a forecast."""
    if forecast is None:
        return ""
    return (
        f"{cost(forecast.expected)} by {iso(month.last)} "
        f"({cost(forecast.low)} to {cost(forecast.high)})"
    )


def part_columns(found: Overview) -> list[Cells]:
    """The dearest projects and models, side by side in one table."""
    home = os.path.expanduser("~")
    projects, models = found.projects, found.models
    count = max(len(projects), len(models))

    def texts(parts: list[Part], show: Callable[[Part], str]) -> list[str]:
        return [show(part) for part in parts] + [""] * (count - len(parts))

    return [
        Cells(
            "TOP PROJECTS",
            texts(projects, lambda part: short_path(part.name, home)),
            100,
            is_number=False,
            narrowest=16,
            keeps_end=True,
        ),
        Cells("COST", texts(projects, lambda part: words.dollars(part.cost_usd)), 90),
        Cells("TOKENS", texts(projects, lambda part: tokens(part.tokens)), 40),
        Cells(
            "TOP MODELS",
            texts(models, lambda part: short_model(part.name)),
            95,
            is_number=False,
            narrowest=12,
        ),
        Cells("COST", texts(models, lambda part: words.dollars(part.cost_usd)), 89),
        Cells("TOKENS", texts(models, lambda part: tokens(part.tokens)), 39),
    ]


def as_data(found: Overview, calendar: Calendar) -> dict[str, Any]:
    """The overview for scripts; money in US dollars, days as dates."""
    cache = found.cache
    return {
        **words.span_data(found.stretch),
        "this_month": found.forecast is not None,
        "period": spent_data(found.now),
        "same_span_last_month": None if found.before is None else spent_data(found.before),
        "change_percent": found.change_percent,
        "today": {**spent_data(found.today), "burn_usd_per_hour": found.burn_usd_per_hour},
        "week": [
            {"date": iso(found.month.today - back), "cost_usd": found.week[-1 - back]}
            for back in reversed(range(len(found.week)))
        ],
        "cache": {
            "hit_rate": hit_rate(found.now.sums),
            "saved_usd": dollars(cache.saved_pico),
            "read_saved_usd": dollars(cache.read_saved_pico),
            "write_premium_usd": dollars(cache.write_premium_pico),
            "unpriced_tokens": cache.unpriced,
        },
        "projects": found.projects,
        "models": found.models,
        "budgets": [budgets_shown.as_data(each, calendar) for each in found.budgets],
        "forecast": found.forecast,
    }


def spent_data(spent: Spent) -> dict[str, Any]:
    """A stretch for scripts."""
    sums = spent.sums
    return {
        "cost_usd": None if sums.cost_pico is None else dollars(sums.cost_pico),
        **token_counts(sums),
        "unpriced_tokens": sums.unpriced,
        "messages": sums.messages,
        "sessions": spent.sessions,
        "projects": spent.projects,
        "usd_per_session": spent.usd_per_session,
    }


def _tokens(sums: Sums) -> str:
    return (
        f"{tokens(sums.tokens)}: {tokens(sums.input)} in, {tokens(sums.output)} out, "
        f"{tokens(sums.cache_write)} written, {tokens(sums.cache_read)} read"
    )


def _sessions(now: Spent) -> str:
    return (
        f"{exact_tokens(now.sessions)} in {counted(now.projects, 'project')}, "
        f"{counted(now.sums.messages, 'message')}, {words.dollars(now.usd_per_session)} a session"
    )


def _today(found: Overview) -> str:
    today, burn = found.today, found.burn_usd_per_hour
    pace = "" if burn is None else f", now {cost(burn)} an hour"
    return (
        f"{_cost(today)}, {tokens(today.sums.tokens)} tokens, "
        f"{counted(today.projects, 'project')}{pace}"
    )


def _cost(spent: Spent) -> str:
    if spent.sums.cost_pico is None:
        return exact_cost(0) if not spent.sums.tokens else words.dollars(None)
    return exact_cost(dollars(spent.sums.cost_pico))


def _change(found: Overview) -> str:
    if found.before is None:
        return ""
    if found.change_percent is None:
        return "nothing in the same span"
    before = exact_cost(found.before.cost_usd)
    return f"{before} in the same span: {words.change(found.change_percent)}"


def _cache(found: Overview) -> str:
    rate = hit_rate(found.now.sums)
    if rate is None:
        return ""
    saved = found.cache.saved_pico
    money = (
        f"saved {exact_cost(dollars(saved))}"
        if saved >= 0
        else f"cost {exact_cost(dollars(-saved))}"
    )
    return f"{words.percent(rate)} read from it, {money}"
