"""Commands of the user's own: the alert on stdin, no shell, and an end in time for all of them."""

import json
import os
import stat
from pathlib import Path

import anyio
import pytest

from agent_console.client import alert_commands
from agent_console.client.alert_commands import commands_for, run_commands
from agent_console.config_alerts import AlertCommand
from agent_console.model.usage import Alert

ALERT = Alert("7", "budget", "exceeded", 'It is "spent".', 1_795_175_296_583, budget_id="1")


def script(folder: Path, text: str, name: str = "tell") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_a_command_gets_the_alert_as_json_and_its_own_arguments(tmp_path: Path) -> None:
    told = script(tmp_path, f'cat > {tmp_path}/stdin; printf %s "$1" > {tmp_path}/argument')

    (ran,) = await run_commands(ALERT, [AlertCommand((told, "$HOME; x"))])

    assert ran.state == "done"
    assert json.loads((tmp_path / "stdin").read_text()) == {
        "alert_id": "7",
        "kind": "budget",
        "severity": "exceeded",
        "message": 'It is "spent".',
        "at_ms": 1_795_175_296_583,
        "budget_id": "1",
    }
    assert (tmp_path / "argument").read_text() == "$HOME; x"


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        (AlertCommand(("a",)), True),
        (AlertCommand(("a",), kinds=("limit", "budget")), True),
        (AlertCommand(("a",), kinds=("limit",)), False),
        (AlertCommand(("a",), severities=("exceeded",)), True),
        (AlertCommand(("a",), severities=("warning",)), False),
        (AlertCommand(("a",), kinds=("budget",), severities=("warning",)), False),
    ],
)
def test_a_command_runs_for_the_alerts_that_it_names(command: AlertCommand, runs: bool) -> None:
    assert commands_for(ALERT, [command]) == [command] * runs


def test_nothing_runs_for_an_alert_that_does_not_wait() -> None:
    every = [AlertCommand(("a",))]
    assert commands_for(Alert("1", "x", "warning", "", 1, acknowledged_at_ms=2), every) == []
    assert commands_for(Alert("1", "x", "warning", "", 1, snoozed_until_ms=2), every) == []


async def test_one_that_fails_or_is_not_there_hinders_no_other(tmp_path: Path) -> None:
    fails = script(tmp_path, "echo no network >&2; exit 3", "fails")
    works = script(tmp_path, f"touch {tmp_path}/worked", "works")
    commands = [AlertCommand((each,)) for each in ("/nowhere/tell", fails, works)]

    ran = await run_commands(ALERT, commands)

    assert [each.state for each in ran] == ["not_started", "failed", "done"]
    assert ran[1].detail == f"{fails} ended with code 3: no network."
    assert (tmp_path / "worked").exists()


async def test_one_that_does_not_read_its_stdin_is_no_trouble(tmp_path: Path) -> None:
    deaf = script(tmp_path, "exec <&-; exit 0")
    long = Alert("1", "budget", "warning", "x" * 1_000_000, 1)

    (ran,) = await run_commands(long, [AlertCommand((deaf,))])

    assert ran.state == "done"


async def test_what_takes_too_long_is_ended_with_all_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_commands, "GRACE_SECONDS", 0.05)
    # The child ignores the polite signal, and says that it is there before anything is counted.
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    child = script(tmp_path, f"trap '' TERM; exec 3>{fifo}; while :; do sleep 60; done", "child")
    slow = script(tmp_path, f"{child} & wait", "slow")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    with anyio.fail_after(20):
        (ran,) = await run_commands(ALERT, [AlertCommand((slow,), timeout_seconds=0.5)])
        # Its end of the pipe is closed only when the child is gone.
        os.set_blocking(reader, True)
        assert await anyio.to_thread.run_sync(os.read, reader, 1) == b""
    os.close(reader)

    assert ran.state == "timed_out"
    assert "more than 0.5 s" in ran.detail


async def test_what_a_command_leaves_running_ends_with_it(tmp_path: Path) -> None:
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    leaves = script(tmp_path, f"(exec 3>{fifo}; sleep 600) & exec 4<{fifo}", "leaves")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    with anyio.fail_after(20):
        (ran,) = await run_commands(ALERT, [AlertCommand((leaves,))])
        os.set_blocking(reader, True)
        assert await anyio.to_thread.run_sync(os.read, reader, 1) == b""
    os.close(reader)

    assert ran.state == "done"
