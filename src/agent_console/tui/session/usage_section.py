"""What a session used: tokens by class, the cache, models, the most expensive message.

Rule: figures are the ledger's; those of the board stand only where the ledger has none.
"""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent_console.board.model_hues import model_hues
from agent_console.board.session_view import SessionView
from agent_console.model.format import bar, exact_cost, exact_tokens, share, tokens
from agent_console.model.metadata import SessionMetadata
from agent_console.model.palette import Role, hue
from agent_console.model.short_names import short_model
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.money import dollars
from agent_console.usage.reports.cache_rates import efficiency, hit_rate
from agent_console.usage.reports.sums import Sums

BAR_CELLS = 10
NAME_CELLS = 16


def usage_section(view: SessionView) -> RenderableType | None:
    """The section; null when nothing has been used."""
    ledger = None if view.read is None else view.read.ledger
    sums = None if ledger is None else ledger.row.sums
    if sums is None:
        sums = _told(view.session.metadata)
    if sums is None:
        return None
    parts: list[RenderableType] = [_figures(sums, view)]
    if ledger is not None and ledger.row.models:
        parts.append(_models(ledger.row.models, view))
    return Group(*parts)


def _told(metadata: SessionMetadata | None) -> Sums | None:
    if metadata is None:
        return None
    return Sums(
        input_tokens=metadata.total_input_tokens,
        output_tokens=metadata.total_output_tokens,
        cache_write_5m=metadata.total_cache_creation_tokens,
        cache_read=metadata.total_cache_read_tokens,
        cost_pico=round(metadata.total_cost_usd * PICO_PER_USD),
    )


def _figures(sums: Sums, view: SessionView) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", width=NAME_CELLS, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    for name, count, role in _parts(sums):
        table.add_row(
            name,
            exact_tokens(count),
            share(count, sums.tokens),
            Text(_bar(count, sums.tokens), hue(role, dark=view.dark)),
        )
    cost_style = f"bold {hue('cost', dark=view.dark)}"
    table.add_row("Est. cost", Text(_money(sums), cost_style))
    most = _most_expensive(view)
    if most is not None:
        cost, when = most
        table.add_row("Most expensive", Text(cost, cost_style), Text("at"), Text(when, "dim"))
    for name, rate in (("Cache hit rate", hit_rate(sums)), ("Cache efficiency", efficiency(sums))):
        if rate is not None:
            table.add_row(name, share(rate, 1))
    return table


def _most_expensive(view: SessionView) -> tuple[str, str] | None:
    """What the most expensive message cost, and when it was."""
    for message in () if view.read is None else view.read.messages:
        counted = message.counted
        if counted is not None and counted.rank == 1 and counted.cost_usd:
            return exact_cost(counted.cost_usd), view.moment(message.at_ms)
    return None


def _money(sums: Sums) -> str:
    return "N/A" if sums.cost_pico is None else exact_cost(dollars(sums.cost_pico))


def _parts(sums: Sums) -> Iterable[tuple[str, int, Role]]:
    yield "Input", sums.input, "input"
    yield "Output", sums.output, "output"
    yield "Cache write", sums.cache_write, "cache_write"
    yield "Cache read", sums.cache_read, "cache_read"


def _models(models: dict[str, Sums], view: SessionView) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(min_width=NAME_CELLS, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    hues = model_hues(models, dark=view.dark)
    for model, sums in models.items():
        table.add_row(
            Text(f"▌{short_model(model)}", hues[model]), tokens(sums.tokens), _money(sums)
        )
    return table


def _bar(part: int, whole: int) -> str:
    return bar(part / whole * 100, BAR_CELLS) if whole else ""
