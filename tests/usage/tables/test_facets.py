"""Facets that differ only in what most reports do not tell apart are counted under the first."""

import random
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

import pytest

from agent_console.usage.database.opening import open_database
from agent_console.usage.rows import Facet
from agent_console.usage.tables.facets import Facets
from agent_console.usage.tables.names import Names

_ALIKE = (
    "project_no, model_no, speed_no, service_tier_no, inference_geo_no, kind, prompt_over, "
    "cost_is_reported, output_is_lower_bound"
)
_WRONG = (
    "SELECT count(*) FROM (SELECT brief_no, min(facet_no) OVER "
    f"(PARTITION BY {_ALIKE}) AS first_no FROM facets) WHERE brief_no != first_no"
)


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[list[tuple[Connection, Names, Facets]]]:
    """Two connections to one ledger, each with what it remembers."""
    connections = [open_database(tmp_path / "metrics.db") for _ in range(2)]
    named = [(connection, Names(connection)) for connection in connections]
    yield [(connection, names, Facets(connection, names)) for connection, names in named]
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("seed", range(5))
def test_each_facet_has_the_first_one_alike_whoever_made_it_and_whatever_was_undone(
    writers: list[tuple[Connection, Names, Facets]], seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        connection, names, facets = chance.choice(writers)
        connection.execute("BEGIN IMMEDIATE")
        facets.begin()
        for _ in range(chance.randrange(1, 4)):
            facet = Facet(
                project=chance.choice(["", "/a", "/b"]),
                branch=chance.choice(["", "main", "x"]),
                version=chance.choice("1234"),
                model=chance.choice(["", "m"]),
                is_subagent=chance.random() < 0.5,
                prompt_over=chance.choice([0, 200_000]),
            )
            number = facets.number(facet)
            found = connection.execute(
                "SELECT brief_no FROM facets WHERE facet_no = ?", (number,)
            ).fetchone()
            assert facets.brief_no(number) == found[0]
        if chance.random() < 0.3:
            connection.execute("ROLLBACK")
            facets.rolled_back()
            names.rolled_back()
        else:
            connection.execute("COMMIT")
            facets.committed()
            names.committed()
        assert connection.execute(_WRONG).fetchone() == (0,)
    made, briefs = (
        writers[0][0].execute("SELECT count(*), count(DISTINCT brief_no) FROM facets").fetchone()
    )
    assert made > 2 * briefs > 4
