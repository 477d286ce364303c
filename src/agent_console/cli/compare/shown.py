"""What is compared, for people and for scripts."""

import os
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from agent_console.cli.insight import words
from agent_console.model.format import exact_cost, exact_tokens, printable, tokens
from agent_console.model.short_names import short_model, short_path
from agent_console.usage.insight.comparison import Compared
from agent_console.usage.insight.hypothetical import Hypothetical
from agent_console.usage.insight.migration import Migration
from agent_console.usage.insight.overview import change
from agent_console.usage.insight.spent import usd
from agent_console.usage.periods import quarter
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.columns import NOT_AVAILABLE
from agent_console.usage.reports.table import Cells, wrapped
from agent_console.usage.reports.zone import Zone


def table(title: str, rows: Sequence[Compared], zone: Zone, now_ms: int) -> list[Cells]:
    """The columns of a table, the least important ones dropped where the terminal is narrow.

    Args:
        title: The heading of the names.
        rows: From top to bottom.
        zone: Where days are cut.
        now_ms: Unix milliseconds; days of this year go without it.
    """
    this_year = iso(zone.day(quarter(now_ms)))[:4]
    home = os.path.expanduser("~")

    def name(each: Compared) -> str:
        if title == "MODEL":
            return short_model(each.name)
        return short_path(each.name, home) if title == "PROJECT" else printable(each.name)

    def number(heading: str, importance: int, show: Callable[[Compared], str]) -> Cells:
        return Cells(heading, [show(each) for each in rows], importance)

    def last_day(each: Compared) -> str:
        day = iso(zone.day(each.sums.last_quarter))
        return day[5:] if day[:4] == this_year else day[:7]

    cells = [
        number("#", 91, lambda each: "" if each.rank is None else str(each.rank)),
        Cells(
            title,
            [name(each) for each in rows],
            100,
            is_number=False,
            narrowest=22,
            keeps_end=title == "PROJECT",
        ),
        number("COST", 99, lambda each: words.dollars(each.cost_usd)),
        number("TOKENS", 90, lambda each: tokens(each.sums.tokens)),
        number("SESS", 80, lambda each: exact_tokens(each.sessions)),
        number("$/SESS", 85, lambda each: words.dollars(each.usd_per_session)),
        number("$/MSG", 70, lambda each: _fine(each.usd_per_message)),
        number("$/1K OUT", 95 if title == "MODEL" else 60, fine),
        number("CACHE", 75, lambda each: words.percent(each.hit_rate)),
    ]
    if title == "TICKET":
        cells.append(number("BRANCHES", 40, lambda each: exact_tokens(each.branches)))
    if title != "PERIOD":
        cells.append(number("LAST", 65, last_day))
    if title != "MODEL":
        models = [short_model(each.most_used) for each in rows]
        cells.append(Cells("MOST USED", models, 50, is_number=False, narrowest=8))
    return cells


def fine(each: Compared) -> str:
    """Dollars for 1,000 tokens of output, with three decimals."""
    return _fine(each.usd_per_1k_output)


def changes(rows: Sequence[Compared]) -> Cells:
    """Each period's change of cost against the one before."""
    cells = [NOT_AVAILABLE]
    for before, now in pairwise(rows):
        cells.append(words.change(change(now.cost_usd or 0.0, before.cost_usd or 0.0)))
    return Cells("CHANGE", cells[: len(rows)], 98)


def on_other(rows: Sequence[Compared], other: Hypothetical) -> list[Cells]:
    """What each model's tokens would have cost on another one, and how much that is more."""
    picos = [other.pico.get(each.name, 0) for each in rows]
    differences = [
        words.change(None if each.cost_usd is None else change(usd(pico), each.cost_usd))
        for each, pico in zip(rows, picos, strict=True)
    ]
    return [
        Cells("IF", [words.money(pico) for pico in picos], 97),
        Cells("CHANGE", differences, 96),
    ]


def hypothetical_words(rows: Sequence[Compared], other: Hypothetical, width: int) -> str:
    """The label that such figures must have."""
    priced = [each for each in rows if each.cost_usd is not None]
    cost = sum(each.cost_usd or 0.0 for each in priced)
    there = usd(sum(other.pico.get(each.name, 0) for each in priced))
    left_out = "" if len(priced) == len(rows) else ", without models that have no price"
    return wrapped(
        f"IF is hypothetical: the same tokens at today's price of {printable(other.model)}, "
        f"{exact_cost(there)} instead of {exact_cost(cost)}{left_out}. Another model would have "
        "used other numbers of tokens.",
        width,
    )


def migration_table(found: Migration) -> list[Cells]:
    """Weeks or months with the part of each model in their cost."""
    return [
        Cells("COST OF", [each.name for each in found.stretches], 100, is_number=False),
        *(
            Cells(
                short_model(model),
                [words.percent(each.shares[number]) for each in found.stretches],
                90 - number,
            )
            for number, model in enumerate(found.models)
        ),
    ]


def as_data(each: Compared, zone: Zone) -> dict[str, Any]:
    """A row for scripts; money in US dollars."""
    sums = each.sums
    return {
        "name": each.name,
        "rank": each.rank,
        "cost_usd": each.cost_usd,
        "input_tokens": sums.input,
        "output_tokens": sums.output,
        "cache_write_5m_tokens": sums.cache_write_5m,
        "cache_write_1h_tokens": sums.cache_write_1h,
        "cache_read_tokens": sums.cache_read,
        "total_tokens": sums.tokens,
        "unpriced_tokens": sums.unpriced,
        "messages": sums.messages,
        "sessions": each.sessions,
        "branches": each.branches or None,
        "usd_per_session": each.usd_per_session,
        "usd_per_message": each.usd_per_message,
        "usd_per_1k_output": each.usd_per_1k_output,
        "hit_rate": each.hit_rate,
        "last_day": iso(zone.day(sums.last_quarter)),
        "most_used_model": each.most_used,
    }


def migration_data(found: Migration) -> list[dict[str, Any]]:
    """The migration for scripts: dollars of each model by week or month."""
    return [
        {"name": each.name, "cost_usd": dict(zip(found.models, each.cost_usd, strict=True))}
        for each in found.stretches
    ]


def hypothetical_data(rows: Sequence[Compared], other: Hypothetical) -> dict[str, Any]:
    """The costs on another model for scripts."""
    return {
        "hypothetical": True,
        "model": other.model,
        "cost_usd": usd(other.total_pico),
        "by_model": {each.name: usd(other.pico.get(each.name, 0)) for each in rows},
    }


def _fine(usd_each: float | None) -> str:
    return NOT_AVAILABLE if usd_each is None else f"${usd_each:.3f}"
