"""What rows share, with its numbers in the table `facets`, and what its tokens cost.

Rule: rows of `facets` are only ever added, so what was committed once may be remembered for ever;
what was made in a transaction that failed may not. Prices may be changed by another process: they
are forgotten whenever `PRAGMA data_version` says that somebody else has committed.
"""

from bisect import bisect_left
from operator import itemgetter
from sqlite3 import Connection
from typing import Any

from agent_console.usage.cost_sql import PICO_PER_NANO
from agent_console.usage.database.many_rows import the_row
from agent_console.usage.prices.facet_prices import price_facets
from agent_console.usage.rows import Facet, Figures, Kind
from agent_console.usage.tables.names import Names

REMEMBERED = 10_000

_COLUMNS = (
    "project_no, branch_no, version_no, entrypoint_no, model_no, speed_no, service_tier_no, "
    "inference_geo_no, agent_type_no, skill_no, is_subagent, kind, prompt_over, "
    "cost_is_reported, output_is_lower_bound"
)
_FIND = f"SELECT facet_no FROM facets WHERE ({_COLUMNS}) = ({', '.join('?' * 15)})"  # noqa: S608
_MAKE = (
    f"INSERT INTO facets ({_COLUMNS}, brief_no) VALUES ({', '.join('?' * 16)}) "  # noqa: S608
    "ON CONFLICT DO NOTHING"
)
_READ = f"SELECT {_COLUMNS} FROM facets WHERE facet_no = ?"  # noqa: S608
_READ_BRIEF = "SELECT brief_no FROM facets WHERE facet_no = ?"

_brief = itemgetter(0, 4, 5, 6, 7, 11, 12, 13, 14)
"""Of a facet's columns, those of the index facets_in_brief."""
_TO_BE_FOUND = 0
"""The `brief_no` in whose place a trigger puts the right one."""

_FIELDS = Facet.__struct_fields__

Price = tuple[int, int, int, int, int, int, int, int]
"""From and to which quarter, and picodollars in the order of `Figures`."""


class Facets:
    """Numbers of facets, and back. One connection owns the only instance."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names
        self._numbers: dict[Facet, int] = {}
        self._facets: dict[int, Facet] = {}
        self._short: dict[tuple[str, str, int, bool, str], int] = {}
        self._briefs: dict[int, int] = {}
        self._briefs_by_columns: dict[tuple[int, ...], int] = {}
        self._made: list[tuple[Facet, int]] = []
        self._unpriced: list[int] = []
        self._prices: dict[int, list[Price]] = {}
        self._thresholds: tuple[int, ...] | None = None
        self._data_version: int | None = None

    def prompt_over(self, prompt_tokens: int) -> int:
        """The largest prompt size at which some price changes that `prompt_tokens` exceed."""
        thresholds = self.thresholds
        return thresholds[bisect_left(thresholds, prompt_tokens, 1) - 1]

    @property
    def thresholds(self) -> tuple[int, ...]:
        """The prompt sizes at which some price changes, in order, behind a 0."""
        return self._thresholds or self._read_thresholds()

    def _read_thresholds(self) -> tuple[int, ...]:
        if self._thresholds is None:
            found = self._connection.execute(
                "SELECT prompt_tokens FROM price_thresholds ORDER BY 1"
            )
            self._thresholds = (0, *(number for (number,) in found))
        return self._thresholds

    def number(self, facet: Facet) -> int:
        """The number of `facet`, made when it is new: only inside a transaction."""
        number = self._numbers.get(facet)
        if number is not None:
            return number
        name = self._names.number
        values = (
            name(facet.project),
            name(facet.branch),
            name(facet.version),
            name(facet.entrypoint),
            name(facet.model),
            name(facet.speed),
            name(facet.service_tier),
            name(facet.inference_geo),
            name(facet.agent_type),
            name(facet.skill),
            int(facet.is_subagent),  # SQLite takes an integer as it is
            int(facet.kind),
            facet.prompt_over,
            int(facet.cost_is_reported),
            int(facet.output_is_lower_bound),
        )
        brief = _brief(values)
        brief_no = self._briefs_by_columns.get(brief, _TO_BE_FOUND)
        made = self._connection.execute(_MAKE, (*values, brief_no))
        if made.rowcount:
            number = made.lastrowid or 0
            if brief_no == _TO_BE_FOUND:
                self._briefs_by_columns[brief] = self.brief_no(number)
            else:
                self._briefs[number] = brief_no
            self._unpriced.append(number)
            self._made.append((facet, number))
        else:
            number = int(self._connection.execute(_FIND, values).fetchone()[0])
        self._remember(facet, number)
        return number

    def short_number(
        self,
        project: str,
        model: str,
        prompt_over: int,
        cost_is_reported: bool,
        entrypoint: str = "",
    ) -> int:
        """The number of the facet of which only this is told, found by few values, not fifteen."""
        told = project, model, prompt_over, cost_is_reported, entrypoint
        number = self._short.get(told)
        if number is None:
            number = self.number(
                Facet(
                    project=project,
                    entrypoint=entrypoint,
                    model=model,
                    prompt_over=prompt_over,
                    cost_is_reported=cost_is_reported,
                )
            )
            self._short[told] = number
        return number

    def facet(self, number: int) -> Facet:
        """The facet with this number, which some row has."""
        facet = self._facets.get(number)
        if facet is None:
            values = the_row(self._connection, _READ, number, "facet")
            names = [self._names.name(name_no) or "" for name_no in values[:10]]
            is_subagent, kind, prompt_over, reported, lower_bound = values[10:]
            rest = (bool(is_subagent), Kind(kind), prompt_over, bool(reported), bool(lower_bound))
            fields: dict[str, Any] = dict(zip(_FIELDS, (*names, *rest), strict=True))
            facet = Facet(**fields)
            self._remember(facet, number)
        return facet

    def brief_no(self, number: int) -> int:
        """The facet under which sums by time and hour count what is counted under this one."""
        brief_no = self._briefs.get(number)
        if brief_no is None:
            (brief_no,) = the_row(self._connection, _READ_BRIEF, number, "facet")
            self._briefs[number] = brief_no
        return brief_no

    def cost_pico_usd(self, number: int, quarter: int, figures: Figures) -> int:
        """What `figures` of this facet cost by the mode `auto` (as cost_sql.py says it in SQL)."""
        facet = self._facets.get(number) or self.facet(number)
        if facet.cost_is_reported:
            return figures.reported_nano_usd * PICO_PER_NANO
        for price in self._prices_of(number):
            if price[0] <= quarter < price[1]:
                return (
                    figures.input_tokens * price[2]
                    + figures.output_tokens * price[3]
                    + figures.cache_write_5m_tokens * price[4]
                    + figures.cache_write_1h_tokens * price[5]
                    + figures.cache_read_tokens * price[6]
                    + figures.web_searches * price[7]
                )
        return 0

    def price_new_ones(self) -> None:
        """Write what the facets cost that were made in this transaction."""
        if self._unpriced:
            unpriced, self._unpriced = self._unpriced, []
            price_facets(self._connection, unpriced)

    def _prices_of(self, number: int) -> list[Price]:
        self.price_new_ones()
        prices = self._prices.get(number)
        if prices is None:
            prices = self._connection.execute(
                "SELECT from_quarter, to_quarter, input_pico_usd, output_pico_usd, "
                "cache_write_5m_pico_usd, cache_write_1h_pico_usd, cache_read_pico_usd, "
                "web_search_pico_usd FROM facet_prices WHERE facet_no = ?",
                (number,),
            ).fetchall()
            self._prices[number] = prices
        return prices

    def begin(self) -> bool:
        """A transaction has begun: forget what another process may have changed; if any has."""
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        changed = version != self._data_version
        if changed:
            self._data_version = version
            self.prices_changed()
        return changed

    def prices_changed(self) -> None:
        """This connection has changed prices or thresholds."""
        self._prices.clear()
        self._thresholds = None

    def committed(self) -> None:
        """The transaction is committed."""
        self._made.clear()

    def rolled_back(self) -> None:
        """The transaction is undone."""
        self._short.clear()
        self._briefs_by_columns.clear()
        for facet, number in self._made:
            self._numbers.pop(facet, None)
            self._facets.pop(number, None)
            self._briefs.pop(number, None)
        self._made.clear()
        self._unpriced.clear()
        self.prices_changed()

    def _remember(self, facet: Facet, number: int) -> None:
        if len(self._numbers) >= REMEMBERED:
            self._numbers.clear()
            self._facets.clear()
            self._short.clear()
            self._briefs.clear()
            self._briefs_by_columns.clear()
            self._prices.clear()
        self._numbers[facet] = number
        self._facets[number] = facet
