"""Stand-in until the prices are there."""

from collections.abc import Sequence
from sqlite3 import Connection


def price_facets(connection: Connection, facet_nos: Sequence[int]) -> None:
    """Nothing yet."""
    del connection, facet_nos
