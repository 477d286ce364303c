"""`agent-console budget` and `alerts`, as people and scripts use them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.usage.asking import add

from agent_console.cli.budget.reading import now_ms
from agent_console.paths import database_path
from agent_console.usage.writing.ledger import Ledger

SHOP = "/home/user/shop"


def spend(usd: float, **fields: Any) -> None:
    """What another program has written into the ledger."""
    ledger = Ledger(database_path())
    ledger.carry_out([add(cost_usd=usd, at_ms=now_ms(), **fields)])
    ledger.close()


def test_a_budget_is_set_and_shown(run: Run) -> None:
    spend(41, working_dir=SHOP)

    done = run("budget", "set", "$50", "--project", SHOP, "--warn", "100,50,80%", "--json")

    assert done.code == 0
    told = done.json
    assert told["from_ms"] < told["until_ms"]
    assert told["first_day"] < told["last_day"]
    assert abs(told["days_left"] - 9 / 41) < 1e-9
    assert {name: told[name] for name in told if name not in _MOVING} == {
        "budget_id": "1",
        "scope": "project",
        "subject": SHOP,
        "period": "monthly",
        "billing_day": 1,
        "unit": "usd",
        "limit": 50.0,
        "spent": 41.0,
        "left": 9.0,
        "percent": 82.0,
        "colour": "yellow",
        "unpriced_tokens": 0,
        "warn_at": [50, 80, 100],
        "hard": False,
        "paused": False,
    }
    assert run("budget", "list", "--json").json[0]["budget_id"] == "1"
    assert run("budget", "show", "1", "--json").json["spent"] == 41.0
    assert "Alerts at   50 %, 80 %, 100 %" in run("budget", "show", "1").out


def test_what_a_new_budget_has_spent_is_read_first(run: Run, scratch_home: Path) -> None:
    folder = scratch_home / ".claude" / "projects" / "-p"
    folder.mkdir(parents=True)
    now = datetime.now(UTC).isoformat()
    (folder / "11111111-1111-4111-8111-111111111111.jsonl").write_text(
        f'{{"type":"assistant","timestamp":"{now}","uuid":"u","cwd":"/p",'
        '"sessionId":"11111111-1111-4111-8111-111111111111","message":{"id":"msg_1",'
        '"role":"assistant","model":"claude-sonnet-4-5","content":[],'
        '"usage":{"input_tokens":70,"output_tokens":7}}}\n'
    )

    assert run("budget", "set", "1k", "--tokens", "--no-ingest", "--json").json["spent"] == 0
    assert run("budget", "set", "1k", "--tokens", "--json").json["spent"] == 77


_MOVING = {"from_ms", "until_ms", "first_day", "last_day", "projected", "days_left"}


def test_a_table_fits_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    spend(99_999.99, working_dir="/home/user/a-project-with-a-rather-long-name")
    for arguments in (
        ("999999",),
        ("1", "--period", "weekly", "--project", "/home/user/a-project-with-a-rather-long-name"),
        ("999999M", "--tokens", "--period", "daily", "--model", "claude-opus-4-8-20260101"),
    ):
        assert run("budget", "set", *arguments, "--hard").code == 0

    lines = run("budget", "list").out.splitlines() + run("alerts", "list").out.splitlines()

    assert len(lines) > 6
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("width", [60, 40, 30, 20])
def test_a_narrow_table_leaves_columns_out_and_cuts_no_figure(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    spend(1_234.56, working_dir=SHOP)
    run("budget", "set", "50000", "--project", SHOP)

    said = run("budget", "list").out

    assert max(map(len, said.splitlines())) <= width
    assert "…" not in said
    assert "USED" in said
    assert ("$1234.56" in said) == (width >= 30)


def test_tokens_may_be_written_short(run: Run) -> None:
    assert run("budget", "set", "2.5M", "--tokens", "--json").json["limit"] == 2_500_000
    assert run("budget", "set", "500k", "--tokens", "--json").json["limit"] == 500_000
    told = run("budget", "set", "1_000", "--tokens", "--json").json
    assert (told["limit"], told["unit"], told["budget_id"]) == (1_000, "tokens", "1")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("0",), "above 0"),
        (("-1",), "No such option"),
        (("nan",), "above 0"),
        (("1e9",), "up to 1,000,000"),
        (("1.0000000001",), "decimals"),
        (("1.5", "--tokens"), "500k"),
        (("5", "--warn", "80,x"), "80,90,100"),
        (("5", "--warn", "0"), "80,90,100"),
        (("5", "--project", "a", "--model", "b"), "exclude"),
        (("5", "--project", ""), "name something"),
        (("5", "--period", "daily", "--billing-day", "3"), "monthly"),
        (("5", "--billing-day", "32"), "32"),
    ],
)
def test_what_is_no_budget_is_wrong_usage(run: Run, arguments: tuple[str, ...], word: str) -> None:
    done = run("budget", "set", *arguments)

    assert done.code == 2
    assert word in done.err
    assert run("budget", "list", "--json").json == []


def test_check_tells_scripts_by_its_exit_code(run: Run) -> None:
    assert run("budget", "check").code == 0
    run("budget", "set", "10")
    spend(7.99)
    assert run("budget", "check").code == 0
    spend(0.01)
    near = run("budget", "check")
    assert (near.code, near.out) == (10, "monthly: 80 % spent, $8.00 of $10.00\n")
    spend(2)
    over = run("budget", "check", "--json")
    assert (over.code, over.json["state"]) == (11, "over")
    run("budget", "pause", "1")
    assert run("budget", "check").code == 0


def test_check_of_a_project_leaves_the_budgets_of_others_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shop, api = tmp_path / "shop", tmp_path / "api"
    (shop / "src").mkdir(parents=True)
    api.mkdir()
    spend(10, working_dir=str(shop))
    monkeypatch.chdir(shop / "src")
    run("budget", "set", "1", "--project", "..")

    assert run("budget", "check", "--project", ".").code == 11
    assert run("budget", "check", "--project", str(shop)).code == 11
    assert run("budget", "check", "--project", str(api)).code == 0
    assert run("budget", "check", "--project", "shop").code == 0
    run("budget", "set", "11")
    assert run("budget", "check", "--project", str(api)).code == 10


def test_budgets_are_reset_paused_and_removed_by_their_ids(run: Run) -> None:
    run("budget", "set", "10")
    run("budget", "set", "20", "--period", "weekly")
    spend(9)

    assert run("budget", "reset", "1").code == 0
    assert [each["spent"] for each in run("budget", "list", "--json").json] == [0.0, 9.0]
    assert run("budget", "pause", "1", "2").code == 0
    assert all(each["paused"] for each in run("budget", "list", "--json").json)
    assert run("budget", "resume", "2").out == "Resumed budget 2, weekly.\n"
    assert run("budget", "rm", "1", "1", "2").code == 0
    assert run("budget", "list", "--json").json == []


@pytest.mark.parametrize("command", ["show", "rm", "pause", "resume", "reset"])
def test_a_budget_that_is_not_there_is_said(run: Run, command: str) -> None:
    done = run("budget", command, "7")

    assert done.code == 5
    assert "Budget not found: 7" in done.err


def test_alerts_are_listed_put_off_and_acknowledged(run: Run) -> None:
    run("budget", "set", "10", "--warn", "50,100")
    spend(6)
    spend(6)
    waiting = run("alerts", "list", "--waiting", "--json").json
    assert [alert["threshold_percent"] for alert in waiting] == [100, 50]

    assert run("alerts", "snooze", waiting[0]["alert_id"], "--for", "2h").code == 0
    assert run("alerts", "ack", waiting[1]["alert_id"]).out == "Acknowledged 1 alert.\n"

    assert run("alerts", "list", "--waiting", "--json").json == []
    snoozed, seen = run("alerts", "list", "--json").json
    assert snoozed["snoozed_until_ms"] > now_ms() + 7_000_000
    assert seen["acknowledged_at_ms"] <= now_ms()
    assert run("alerts", "ack", "--all").out == "Acknowledged 1 alert.\n"
    assert run("alerts", "list", "--limit", "1", "--json").json[0]["alert_id"] == "2"


@pytest.mark.parametrize("command", ["ack", "snooze"])
def test_which_alerts_has_to_be_said_rightly(run: Run, command: str) -> None:
    assert run("alerts", command).code == 2
    assert run("alerts", command, "1", "--all").code == 2
    assert run("alerts", command, "1").code == 5
    assert run("alerts", "snooze", "--all", "--for", "soon").code == 2


def test_without_any_there_is_a_word_about_how_to_begin(run: Run) -> None:
    assert "budget set 50" in run("budget", "list").err
    assert run("alerts", "list").err == "There are no alerts.\n"
