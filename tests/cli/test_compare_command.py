"""`agent-console compare`, as people and scripts use it."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.insight_ledger import LONG, SHOP, weeks_of_work
from tests.usage.reports.ledgers import HAIKU, NOBODYS, OPUS

pytestmark = pytest.mark.usefixtures("noon")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("projects", [SHOP, LONG]),
        ("models", [OPUS, HAIKU, NOBODYS]),
        ("periods", ["2026-10", "2026-11"]),
        ("tickets", ["SHOP-0", "SHOP-1", "SHOP-2", "(none)"]),
    ],
)
def test_the_rows_come_to_the_totals_of_usage(
    run: Run, scratch_home: Path, words: str, names: list[str]
) -> None:
    weeks_of_work(scratch_home)
    for options in ((), ("--last", "9d"), ("--project", "shop")):
        told = run("compare", words, *options, "--json").json["rows"]
        totals = run("usage", *options, "--json").json["totals"]
        assert sum(row["total_tokens"] for row in told) == totals["totalTokens"]
        cost = sum(row["cost_usd"] or 0 for row in told)
        assert abs(cost - totals["totalCost"]) < 1e-6
        if not options:
            assert sorted(row["name"] for row in told) == sorted(names)


@pytest.mark.parametrize(
    "words",
    [
        "projects",
        "models",
        "models --as claude-sonnet-4-5 --by week",
        "periods",
        "periods --by day",
        "periods --by week",
        "tickets",
        "tickets --pattern ^(SHOP)",
    ],
)
def test_each_table_fits_80_columns(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    weeks_of_work(scratch_home)

    done = run("compare", *words.split())

    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80, done.out
    assert "COST" in done.out


@pytest.mark.parametrize("words", ["projects", "models", "periods", "tickets"])
def test_the_narrowest_table_has_names_and_costs(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    weeks_of_work(scratch_home)

    done = run("compare", words)

    heading, *lines = done.out.partition("\n\n")[0].splitlines()
    assert heading.split()[-2:] == [words.removesuffix("s").upper(), "COST"]
    assert all(line.split()[-1][0] in "$N" and len(line) <= 20 for line in lines), done.out


def test_the_cost_on_another_model_is_labelled(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    told = run("compare", "models", "--as", "haiku", "--json").json
    rows = {row["name"]: row for row in told["rows"]}

    assert told["as"]["hypothetical"]
    assert told["as"]["model"] == HAIKU
    assert abs(told["as"]["by_model"][HAIKU] - rows[HAIKU]["cost_usd"]) < 1e-9
    assert abs(told["as"]["by_model"][OPUS] * 5 - rows[OPUS]["cost_usd"]) < 1e-6
    assert "hypothetical" in run("compare", "models", "--as", "haiku").out
    assert [each["name"] for each in told["over_time"]] == ["2026-10", "2026-11"]


def test_periods_tell_the_change_from_one_to_the_next(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    assert len(run("compare", "periods", "--by", "day", "--json").json["rows"]) == 7
    assert len(run("compare", "periods", "--by", "week", "--json").json["rows"]) == 4
    shown = run("compare", "periods", "--by", "day", "--project", "shop").out.splitlines()
    assert [line.split()[-1] != "" for line in shown] == [True] * 8
    assert "+0 %" in shown[-1]


def test_only_the_first_are_shown_and_that_is_said(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    done = run("compare", "tickets", "--top", "2")

    assert len(done.out.splitlines()) == 3
    assert "2 more" in done.err
    assert len(run("compare", "tickets", "--top", "2", "--json").json["rows"]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("models --as nothing-known", "nobody knows a price"),
        ("tickets --pattern [", "no regular expression"),
        ("projects --since soon", "--since"),
        ("periods --by year", "year"),
    ],
)
def test_what_is_wrong_is_said(run: Run, scratch_home: Path, words: str, said: str) -> None:
    weeks_of_work(scratch_home)

    done = run("compare", *words.split())

    assert done.code == 2
    assert said in done.err


def test_nothing_matches_is_said(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    for words in ("projects", "models", "periods", "tickets"):
        assert run("compare", words, "--project", "nowhere").out == "No usage matches.\n"
