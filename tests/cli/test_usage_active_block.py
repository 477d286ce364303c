"""`agent-console usage block --active`: the current block in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.usage_ledger import API, SHOP, small_ledger
from tests.usage.reports.ledgers import HOUR_MS, NOON_MS, Ledger


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr("agent_console.usage.reports.request.now_ms", lambda: NOON_MS + 2 * HOUR_MS)
    monkeypatch.setenv("TZ", "UTC")
    made = small_ledger(scratch_home)
    yield made
    made.connection.close()


@pytest.mark.parametrize(
    "words", ["--project nope", "--until yesterday", "--model sonnet", "--min-cost 1000"]
)
def test_a_filter_that_takes_nothing_of_it_does_not_end_it(run: Run, words: str) -> None:
    said = run("usage", "block", "--active", *words.split()).out
    assert said.startswith("No usage matches.\n")


def test_when_there_is_none_no_filter_is_to_blame(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.usage.reports.request.now_ms", lambda: NOON_MS + 5 * HOUR_MS)
    for more in ((), ("--project", "nope")):
        assert run("usage", "block", "--active", *more).out.startswith("No block is active.\n")


def test_each_project_has_its_own_pace(run: Run) -> None:
    lines = run("usage", "block", "--active", "--instances").out.splitlines()
    words = ("Project  ", "Ends in  ", "Burn rate")
    paced = [line for line in lines if line.startswith(words)]
    assert [line.split()[-1] for line in paced if line.startswith("Project")] in (
        [SHOP, API],
        [API, SHOP],
    )
    assert [line[:9] for line in paced] == list(words) * 2
    assert "Project  " not in run("usage", "block", "--active").out


def test_what_has_no_price_is_marked_in_the_pace_too(run: Run) -> None:
    def said(*more: str) -> tuple[str, str]:
        lines = run("usage", "block", "--active", *more).out.splitlines()
        burn, projection = (line for line in lines if line.startswith(("Burn", "Projection")))
        return burn, projection

    burn, projection = said("--project", API)  # one of its two models has no price
    assert "*/h (measured)" in burn
    assert "* (estimated)" in projection
    assert "*" not in "".join(said("--project", SHOP))
    burn, projection = said("--model", "nobody")
    assert "tokens/min, cost N/A* (measured)" in burn
    assert "tokens, cost N/A* (estimated)" in projection
    assert "N/A" not in "".join(said("--model", "nobody", "--no-cost"))
