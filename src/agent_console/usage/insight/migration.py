"""From which models to which the money moves over time.

Rule: the figures are those of the report by week or month, model by model.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.money import dollars
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.row import Row

SHOWN = 4
"""So many models are told apart; the others are one."""

OTHERS = "others"


class Stretch(Struct, frozen=True):
    """A week or a month.

    Attributes:
        name: Its first day, or its month.
        cost_usd: Dollars of each model, in the order of `Migration.models`.
    """

    name: str
    cost_usd: list[float]

    @property
    def shares(self) -> list[float | None]:
        """The part of each model; null when nothing was spent."""
        whole = sum(self.cost_usd)
        return [each / whole if whole else None for each in self.cost_usd]


class Migration(Struct, frozen=True):
    """The models over time.

    Attributes:
        models: The dearest of all time, the dearest first; then `others` when there are any.
        stretches: The oldest first.
    """

    models: list[str]
    stretches: list[Stretch]


def migration(connection: Connection, wanted: Filter, grouping: str) -> Migration:
    """The models over time.

    Args:
        connection: The ledger.
        wanted: What counts.
        grouping: `weekly` or `monthly`.
    """
    rows = build(connection, wanted, GROUPINGS[grouping]).rows
    pico: dict[str, int] = {}
    for row in rows:
        for model, sums in row.models.items():
            if sums.cost_pico:
                pico[model] = pico.get(model, 0) + sums.cost_pico
    models = sorted(pico, key=lambda model: (-pico[model], model))
    shown, others = models[:SHOWN], models[SHOWN:]
    return Migration(
        [*shown, *([OTHERS] if others else [])],
        [
            Stretch(
                row.label,
                [
                    *(_usd(row, [model]) for model in shown),
                    *([_usd(row, others)] if others else []),
                ],
            )
            for row in rows
        ],
    )


def _usd(row: Row, models: list[str]) -> float:
    return dollars(sum(row.models[model].cost_pico or 0 for model in models if model in row.models))
