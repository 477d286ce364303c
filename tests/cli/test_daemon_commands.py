"""daemon run|start|stop|restart|status|logs, status and stop; and who starts a daemon at all."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.client.real_daemon import ended_afterwards, pid_on, real_daemon

from agent_console.paths import log_path


@pytest.fixture
def started(socket: str) -> Iterator[str]:
    """A socket on which the test may have a daemon started."""
    with ended_afterwards(socket):
        yield socket


def test_commands_that_need_a_daemon_start_one(run: Run, started: str) -> None:
    assert run("list", "--json").json == []
    assert pid_on(started) != os.getpid()


@pytest.mark.parametrize(
    "command",
    [
        "--no-start list",
        "list --no-start",
        "get s --no-start",
        "set s working --no-start",
        "watch --no-start",
        "wait s --no-start",
        "status",
        "daemon status",
    ],
)
def test_no_start_and_questions_about_the_daemon_exit_4_and_start_none(
    run: Run, socket: str, command: str
) -> None:
    done = run(*command.split())

    assert (done.code, done.out) == (4, "")
    assert "agent-console daemon start" in done.err
    assert not os.path.exists(socket)


def test_the_socket_may_be_named_before_and_after_the_command(
    run: Run, daemon: int, socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", "/nowhere/else.sock")

    assert run("--socket", socket, "--no-start", "status", "--json").json["pid"] == daemon
    assert run("status", "--socket", socket, "--json").json["pid"] == daemon


def test_a_socket_path_that_is_too_long_is_told(run: Run) -> None:
    done = run("--socket", "/tmp/" + "x" * 200, "list")

    assert done.code == 2
    assert "107" in done.err


def test_a_relative_socket_in_the_environment_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", "s.sock")

    for words in (("list",), ("set", "s1", "working"), ("doctor",), ("daemon", "run")):
        done = run(*words)
        assert done.code == 2
        assert "AGENT_CONSOLE_SOCKET is not absolute" in done.err


def test_eight_racing_commands_start_one_daemon(started: str) -> None:
    racing = [
        subprocess.Popen(
            [sys.executable, "-m", "agent_console", "list", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(8)
    ]
    told = [process.communicate(timeout=60) for process in racing]

    assert [(process.returncode, *pair) for process, pair in zip(racing, told, strict=True)] == [
        (0, b"[]\n", b"")
    ] * 8
    assert log_path().read_text().count("Listening on") == 1


def test_run_exits_3_beside_another_one(daemon: int, socket: str) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "agent_console", "daemon", "run"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 3
    assert str(daemon) in second.stderr
    assert pid_on(socket) == daemon


RUN_BESIDE = """
import sys
from agent_console.__main__ import main
print(main(sys.argv[1:]), "click" in sys.modules)
"""


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize(
    ("words", "told"), [(["run"], "3 False\n"), (["run", "--socket", "/tmp/x/s.sock"], "3 True\n")]
)
def test_what_reads_options_does_not_stay_in_the_daemon(
    socket: str, words: list[str], told: str
) -> None:
    words = [socket if word.startswith("/") else word for word in words]
    done = subprocess.run(
        [sys.executable, "-c", RUN_BESIDE, "daemon", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == told, done.stderr


def test_start_is_no_failure_when_one_runs(run: Run, daemon: int) -> None:
    assert run("daemon", "start", "--json").json["pid"] == daemon


def test_start_stop_and_stop_again(run: Run, started: str) -> None:
    process = os.pidfd_open(run("daemon", "start", "--json").json["pid"])
    stopped = run("stop", "--json")
    ended, _, _ = select.select([process], [], [], 0)
    os.close(process)

    assert stopped.json == {"stopped": True}
    assert ended
    again = run("daemon", "stop")
    assert again.code == 0
    assert "No daemon was running" in again.err
    assert not os.path.exists(started)


def test_stop_spares_working_sessions_unless_forced(run: Run, daemon: int, socket: str) -> None:
    run("set", "s1", "working")

    assert run("stop").code == 6
    assert pid_on(socket) == daemon
    assert run("stop", "--force").code == 0
    assert not os.path.exists(socket)


def test_restart_makes_another_process(run: Run, started: str) -> None:
    first = run("daemon", "start", "--json").json["pid"]
    second = run("daemon", "restart", "--json").json["pid"]

    assert first != second
    assert pid_on(started) == second


def test_restart_spares_working_sessions_unless_forced(run: Run, daemon: int, socket: str) -> None:
    run("set", "s1", "working")

    assert run("daemon", "restart").code == 6
    assert pid_on(socket) == daemon


def test_status_tells_how_it_is_doing(run: Run, daemon: int, socket: str) -> None:
    run("set", "s1", "question")

    shown = run("status").out
    told = run("daemon", "status", "--json").json

    for text in (f"pid {daemon}", "1 question", socket, "MiB"):
        assert text in shown
    assert told["pid"] == daemon
    assert told["sessions"]["question"] == 1


def test_logs_show_the_last_lines(run: Run, started: str) -> None:
    run("daemon", "start")

    assert "Listening on" in run("daemon", "logs").out
    assert run("daemon", "logs", "-n", "0").out == ""
    log_path().write_text("".join(f"{n}\n" for n in range(300)))
    assert run("daemon", "logs", "-n", "2").out == "298\n299\n"
    assert len(run("daemon", "logs").out.splitlines()) == 100


def test_logs_for_scripts(run: Run, started: str) -> None:
    run("daemon", "start")
    log_path().write_text("".join(f"{n}\n" for n in range(300)))

    said = run("daemon", "logs", "--json", "-n", "2").json

    assert said == {"path": str(log_path()), "lines": ["298", "299"]}
    assert run("daemon", "logs", "--json", "--follow").code == 2


def test_logs_that_are_not_there_are_told(run: Run) -> None:
    done = run("daemon", "logs")

    assert done.code == 1
    assert str(log_path()) in done.err


def test_under_systemd_logs_name_the_journal(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = scratch_home / "run"
    (runtime / "systemd").mkdir(parents=True)
    (runtime / "systemd/private").touch()
    units = scratch_home / ".config/systemd/user"
    units.mkdir(parents=True)
    (units / "agent-console.service").touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))

    assert (
        run("daemon", "logs", "-f").out == "journalctl --user -u agent-console.service -n 100 -f\n"
    )
    assert run("daemon", "logs", "--json").json == {
        "command": "journalctl --user -u agent-console.service -n 100"
    }


@pytest.mark.parametrize("command", [["stop"], ["daemon", "restart"]])
def test_a_daemon_that_hangs_is_ended_by_force_and_not_without(
    run: Run, started: str, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr("agent_console.cli.daemon_control.STOP_SECONDS", 0.2)
    monkeypatch.setattr("agent_console.cli.running_daemon.END_SECONDS", 0.5)
    with real_daemon(started) as hung:
        hung.send_signal(signal.SIGSTOP)

        refused = run(*command)
        assert refused.code == 4
        assert "agent-console daemon restart --force" in refused.err
        assert hung.poll() is None

        assert run(*command, "--force").code == 0
        assert hung.wait(10) == -signal.SIGKILL
    assert run("status").code == (4 if command == ["stop"] else 0)
