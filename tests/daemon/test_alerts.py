"""Alerts through the real daemon: told to subscribers once, whoever raised them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message, Wire
from tests.usage.asking import add
from tests.usage.budgets.spending import budget

from agent_console.usage.entries import AddUsage
from agent_console.usage.writing.budget_keeping import keep_budget
from agent_console.usage.writing.ledger import Ledger

SESSION = "11111111-1111-4111-8111-111111111111"


def database(daemon: Daemon) -> Path:
    return daemon.home / ".local/share/agent-console/metrics.db"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def set_budget(daemon: Daemon, usd: float) -> None:
    """Set by another process, as the command line does."""
    ledger = Ledger(database(daemon))
    keep_budget(ledger, budget(usd), now_ms())
    ledger.close()


def spend_elsewhere(daemon: Daemon, usd: float) -> None:
    """Written by another process."""
    ledger = Ledger(database(daemon))
    entry: AddUsage = add(cost_usd=usd, at_ms=now_ms())
    ledger.carry_out([entry])
    ledger.close()


def spend(wire: Wire, usd: float) -> None:
    wire.data(cmd="UPSERT", session_id=SESSION, cost_usd=usd)


def configure(daemon: Daemon, text: str) -> None:
    folder = daemon.home / ".config/agent-console"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


@pytest.fixture
def started(daemon: Daemon) -> Daemon:
    return daemon.start()


@pytest.fixture
def subscriber(started: Daemon) -> Iterator[Wire]:
    with started.connect() as wire:
        wire.data(cmd="SUB", topics=["alert"])
        yield wire


def alert(subscriber: Wire) -> Message:
    line = subscriber.line()
    assert line["event"] == "alert", line
    data: Message = line["data"]
    return data


def nothing_more(subscriber: Wire) -> None:
    """What is there was told before the answer to this."""
    subscriber.send({"cmd": "ALERTS", "limit": 0, "id": "last"})
    line = subscriber.line()
    assert line.get("id") == "last", line


def test_subscribers_hear_of_each_threshold_once(started: Daemon, subscriber: Wire) -> None:
    set_budget(started, 10)
    with started.connect() as wire:
        wire.data(cmd="SET", session_id=SESSION, status="working")
        for _ in range(12):
            spend(wire, 1)

    told = [alert(subscriber) for _ in range(3)]

    assert [each["threshold_percent"] for each in told] == [80, 90, 100]
    assert told[2] == {
        "alert_id": "3",
        "kind": "budget",
        "severity": "exceeded",
        "message": "Budget monthly has reached 100 %: $10.00 of $10.00 is spent.",
        "at_ms": told[2]["at_ms"],
        "budget_id": "1",
        "percent": 100.0,
        "threshold_percent": 100,
        "spent_usd": 10.0,
        "limit_usd": 10.0,
    }
    nothing_more(subscriber)


def test_an_alert_of_another_process_is_told_at_the_next_question(
    started: Daemon, subscriber: Wire
) -> None:
    set_budget(started, 10)
    spend_elsewhere(started, 8)

    subscriber.send({"cmd": "META", "session_id": SESSION})
    lines = subscriber.lines(2)

    assert [line.get("event") for line in lines if "event" in line] == ["alert"]
    nothing_more(subscriber)


def test_nothing_is_told_again_after_a_kill(daemon: Daemon) -> None:
    daemon.start()
    set_budget(daemon, 10)
    with daemon.connect() as wire:
        wire.data(cmd="SET", session_id=SESSION, status="working")
        spend(wire, 8.5)
        wire.data(cmd="PING")
    daemon.kill()
    daemon.start()
    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["alert"])
        spend(wire, 0.1)
        spend(wire, 1)
        told: list[Message] = []
        while not told or told[-1]["threshold_percent"] != 90:
            told.append(alert(wire))
        history = wire.data(cmd="ALERTS")
    # (Killed between the commit and the word to subscribers, the first may still be owed.)
    assert [each["threshold_percent"] for each in told][-1:] == [90]
    assert [each["threshold_percent"] for each in history] == [90, 80]


def test_an_acknowledgement_reaches_all_and_ends_the_waiting(
    started: Daemon, subscriber: Wire
) -> None:
    set_budget(started, 10)
    spend_elsewhere(started, 9)
    with started.connect() as other:
        (waiting,) = other.data(cmd="ALERTS", unacknowledged=True)
        assert alert(subscriber) == waiting

        answer = other.data(cmd="ACK", alert_ids=[waiting["alert_id"]])

        assert answer == {"changed": 1}
        heard = alert(subscriber)
        assert heard["alert_id"] == waiting["alert_id"]
        assert heard["acknowledged_at_ms"] > 0
        assert other.data(cmd="ALERTS", unacknowledged=True) == []
        assert len(other.data(cmd="ALERTS")) == 2
        assert other.data(cmd="ACK") == {"changed": 0}


def test_a_snoozed_alert_comes_back_when_its_time_is_over(
    started: Daemon, subscriber: Wire
) -> None:
    set_budget(started, 10)
    spend_elsewhere(started, 8)
    with started.connect() as other:
        (waiting,) = other.data(cmd="ALERTS", unacknowledged=True)
        first = alert(subscriber)
        later = now_ms() + 86_400_000
        other.data(cmd="ACK", alert_ids=[waiting["alert_id"]], snooze_until_ms=later)
        assert alert(subscriber)["snoozed_until_ms"] == later
        assert other.data(cmd="ALERTS", unacknowledged=True) == []

        other.data(cmd="ACK", alert_ids=[waiting["alert_id"]], snooze_until_ms=1)

        assert alert(subscriber) == first
        assert other.data(cmd="ALERTS", unacknowledged=True) == [first]


def test_a_snooze_is_over_though_nothing_else_happens(daemon: Daemon) -> None:
    daemon.start()
    set_budget(daemon, 10)
    spend_elsewhere(daemon, 8)
    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["alert"])
        wire.data(cmd="ACK", snooze_until_ms=now_ms() + 300)
        assert ["snoozed_until_ms" in alert(wire) for _ in range(2)] == [True, False]


def test_an_alert_that_is_not_there_cannot_be_acknowledged(started: Daemon) -> None:
    with started.connect() as wire:
        answer = wire.ask({"cmd": "ACK", "alert_ids": ["7", "x"]})

    assert answer["error"]["code"] == "not_found"
    assert "7, x" in answer["error"]["message"]


def test_the_command_line_is_heard_by_other_clients(started: Daemon, subscriber: Wire) -> None:
    set_budget(started, 10)
    spend_elsewhere(started, 8)
    foreign = ("XDG_", "CLAUDE_", "AGENT_CONSOLE_")
    env = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    done = subprocess.run(
        [sys.executable, "-m", "agent_console", "alerts", "ack", "--all"],
        env={**env, "HOME": str(started.home)},
        capture_output=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )

    assert done.stdout == b"Acknowledged 1 alert.\n", done.stderr
    assert alert(subscriber)["acknowledged_at_ms"] > 0


def test_a_transcript_that_reaches_a_threshold_is_told_by_itself(daemon: Daemon) -> None:
    folder = daemon.home / ".claude/projects/-p"
    folder.mkdir(parents=True)
    daemon.start()
    ledger = Ledger(database(daemon))
    keep_budget(ledger, budget(None, limit_tokens=1_000), now_ms())
    ledger.close()
    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["alert"])
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        (folder / f"{SESSION}.jsonl").write_text(
            f'{{"type":"assistant","timestamp":"{stamp}","uuid":"u","sessionId":"{SESSION}",'
            '"message":{"id":"msg_1","role":"assistant","model":"claude-sonnet-4-5","content":[],'
            '"usage":{"input_tokens":900,"output_tokens":1}}}\n'
        )
        told = alert(wire)
    assert (told["threshold_percent"], told["spent_tokens"]) == (90, 901)


def test_limits_are_told_once_across_a_restart(daemon: Daemon) -> None:
    configure(daemon, "[alerts]\nfive_hour_percent = 80\n")
    limit = {"used_percentage": 85, "resets_at": int(time.time()) + 9_000}
    event = {"session_id": SESSION, "rate_limits": {"five_hour": limit}}
    for _ in range(2):
        daemon.start()
        with daemon.connect() as wire:
            wire.data(cmd="STATUSLINE", event=event)
            history = wire.data(cmd="ALERTS")
        daemon.stop()
        assert [each["kind"] for each in history] == ["limit"]


def test_a_session_that_waits_is_told_by_a_timer(daemon: Daemon) -> None:
    configure(daemon, "[alerts]\nwaiting_minutes = 1\n")
    daemon.start()
    event = {"session_id": SESSION, "hook_event_name": "Stop", "cwd": "/home/user/shop"}
    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["alert"])
        # It has stopped 59.5 seconds ago, and nobody tells anything any more.
        wire.send({"cmd": "HOOK", "event": event, "sent_at": now_ms() - 59_500})
        while "event" not in (line := wire.line()):
            pass
    assert line["data"]["kind"] == "waiting"
    assert line["data"]["session_id"] == SESSION
    assert line["data"]["message"].startswith("shop waits for you since 1m")


def test_usage_alerts_are_raised_as_configured(daemon: Daemon) -> None:
    configure(daemon, "[alerts]\nsession_usd = 5\n")
    daemon.start()
    with daemon.connect() as wire:
        wire.data(cmd="SET", session_id=SESSION, status="working")
        for _ in range(7):
            spend(wire, 1)
        history = wire.data(cmd="ALERTS")
    assert [(each["kind"], each["session_id"], each["spent_usd"]) for each in history] == [
        ("session_cost", SESSION, 6.0)
    ]
