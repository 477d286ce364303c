"""`agent-console anomalies`, as people and scripts use it."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.insight_ledger import LONG, weeks_of_work
from tests.usage.reports.ledgers import DAY_MS, NOON_MS, OPUS, Ledger, Message

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def wild(scratch_home: Path) -> str:
    """Weeks of work, and a session that ran on and on yesterday; its id."""
    path = weeks_of_work(scratch_home)
    ledger = Ledger(path)
    session = "abcdef01-2222-4222-8222-222222222222"
    ledger.fill([Message(NOON_MS - DAY_MS, session, LONG, OPUS, output_tokens=3_000_000)])
    ledger.connection.close()
    return session


def test_steady_work_is_nothing_unusual(run: Run, scratch_home: Path) -> None:
    weeks_of_work(scratch_home)

    assert run("anomalies").out == "Nothing is unusual.\n"
    assert run("anomalies", "--json").json["anomalies"] == []


def test_what_drove_it_is_said(run: Run, wild: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = run("anomalies", "--json").json["anomalies"]
    shown = run("anomalies").out

    assert [each["scope"] for each in told] == ["day", "project", "session"]
    assert all(each["causes"][0]["session_id"] == wild for each in told)
    assert all(each["causes"][0]["kind"] == "output" for each in told)
    day = run("usage", "daily", "--json", "--last", "2").json["daily"][0]
    assert (told[0]["date"], round(told[0]["cost_usd"], 6)) == (day["date"], day["totalCost"])
    assert max(map(len, shown.splitlines())) <= 80
    assert "session abcdef01" in shown


def test_the_stretch_says_which_days_are_judged(run: Run, wild: str) -> None:
    assert run("anomalies", "--last", "1").out == "Nothing is unusual.\n"
    assert len(run("anomalies", "--since", "2d", "--json").json["anomalies"]) == 3
    assert run("anomalies", "--until", "5d", "--json").json["anomalies"] == []


def test_too_few_days_are_said(run: Run, scratch_home: Path) -> None:
    assert "fewer than 14 days" in run("anomalies").out
