"""`agent-console overview` and `forecast`, as people and scripts use them."""

from math import isclose
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.insight_ledger import SHOP, weeks_of_work

pytestmark = pytest.mark.usefixtures("noon")


def test_the_overview_has_the_sums_of_the_reports(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    told = run("overview", "--json").json
    month = run("usage", "monthly", "--last", "1", "--json").json["totals"]
    today = run("usage", "daily", "--last", "1", "--json").json["totals"]
    week = run("usage", "daily", "--last", "7", "--json").json["totals"]

    assert told["this_month"]
    assert isclose(told["period"]["cost_usd"], month["totalCost"], abs_tol=1e-6)
    assert told["period"]["total_tokens"] == month["totalTokens"]
    assert isclose(told["today"]["cost_usd"], today["totalCost"], abs_tol=1e-6)
    assert isclose(sum(day["cost_usd"] for day in told["week"]), week["totalCost"], abs_tol=1e-6)
    assert isclose(told["forecast"]["spent"], told["period"]["cost_usd"], abs_tol=1e-6)
    assert told["cache"]["saved_usd"] > 0


def test_a_filter_and_a_stretch_are_those_of_usage(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    for options in (("--all",), ("--last", "9"), ("--all", "--project", "shop")):
        filters = [each for each in options if each != "--all"]
        told = run("overview", *options, "--json").json
        totals = run("usage", *filters, "--json").json["totals"]
        assert told["period"]["total_tokens"] == totals["totalTokens"], options
        assert isclose(told["period"]["cost_usd"], totals["totalCost"], abs_tol=1e-6)
        assert told["forecast"] is None
    assert {part["name"] for part in told["projects"]} == {SHOP}


def test_it_fits_80_columns(run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    weeks_of_work(scratch_home)
    run("budget", "set", "50", "--project", "/home/user/a-project-with-a-rather-long-name")

    for words in (("overview",), ("overview", "--all"), ("forecast",)):
        done = run(*words)
        assert done.code == 0
        assert max(map(len, done.out.splitlines())) <= 80, done.out
    assert "▇" in run("overview").out or "█" in run("overview").out


def test_without_a_ledger_all_is_nothing(run: Run, scratch_home: Path) -> None:
    done = run("overview", "--no-ingest")

    assert done.code == 0
    assert "There is no ledger yet" in done.err
    assert "$0.00" in done.out
    assert run("forecast", "--json").json["expected"] == 0.0


def test_what_excludes_each_other_is_wrong_usage(run: Run, scratch_home: Path) -> None:
    assert run("overview", "--all", "--last", "7d").code == 2
    wrong = run("overview", "--since", "soon")
    assert wrong.code == 2
    assert "--since" in wrong.err
    assert run("forecast", "--billing-day", "40").code == 2


def test_the_forecast_has_a_range_a_straight_line_and_a_method(
    run: Run, scratch_home: Path
) -> None:
    weeks_of_work(scratch_home)

    told = run("forecast", "--project", "shop", "--json").json
    shown = run("forecast", "--project", "shop").out

    assert told["low"] <= told["expected"] <= told["high"]
    assert told["naive"] > 0
    assert told["history_days"] == 39
    assert "weekday" in told["method"]
    assert "Straight line" in shown
    assert "fewer than" not in run("forecast").err


def test_a_forecast_from_few_days_says_so(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    assert "guess" in run("forecast", "--model", "nobody").err
