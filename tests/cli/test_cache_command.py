"""`agent-console cache`, as people and scripts use it."""

from math import isclose
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.insight_ledger import LONG, SHOP, weeks_of_work

from agent_console.paths import config_path

pytestmark = pytest.mark.usefixtures("noon")


def test_its_tokens_are_those_of_usage(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)
    totals = run("usage", "--last", "30d", "--json").json["totals"]

    for by, count in (("day", 30), ("project", 2), ("session", 61)):
        told = run("cache", "--by", by, "--json").json
        total = told["total"]
        assert total["cache_read_tokens"] == totals["cacheReadTokens"]
        assert (
            total["cache_write_5m_tokens"] + total["cache_write_1h_tokens"]
            == totals["cacheCreationTokens"]
        )
        assert len(told["rows"]) == count
        assert isclose(
            sum(row["saved_usd"] for row in told["rows"]), total["saved_usd"], abs_tol=1e-6
        )
    assert {row["name"] for row in run("cache", "--by", "project", "--json").json["rows"]} == {
        SHOP,
        LONG,
    }


def test_savings_are_those_of_the_overview(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    for options in (("--last", "9"), ("--last", "9", "--project", "shop")):
        saved = run("overview", *options, "--json").json["cache"]["saved_usd"]
        assert run("cache", *options, "--json").json["total"]["saved_usd"] == saved


@pytest.mark.parametrize("by", ["day", "project", "session"])
def test_it_fits_80_columns(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    weeks_of_work(scratch_home)

    done = run("cache", "--by", by)

    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert "LOST" in done.out


def test_many_sessions_are_cut_and_that_is_said(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    out = run("cache", "--by", "session").out

    assert "31 more are only in the total" in out


def test_the_percents_are_configured(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)
    assert run("cache", "--json").json["advice"][0]["level"] == "good"

    config_path().parent.mkdir(parents=True, exist_ok=True)
    config_path().write_text("[cache]\ngoal_percent = 99\nadvice_percent = 95\n")

    told = run("cache", "--json").json
    assert told["advice"][0]["level"] == "advice"
    assert "below 95 %" in told["advice"][0]["text"]
    assert len(told["poor_sessions"]) == 0  # of four responses each


def test_nothing_matches_is_said(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    assert run("cache", "--project", "nowhere").out == "No usage matches.\n"
    assert run("cache", "--project", "nowhere", "--json").json["rows"] == []
