"""`notify`: changes of the real daemon, in front of a person on a desktop or at a terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.live import SECONDS, Live, live, until_somebody_subscribes
from tests.client.real_daemon import real_daemon
from tests.notifications.desktop import desktop, needs_dbus, session_bus
from tests.terminals.real_tmux import needs_tmux, tmux_server

from agent_console.client.blocking import BlockingClient, connect
from agent_console.model.session import Status
from agent_console.protocol.messages import Hook, SetSession

Change = Callable[..., None]


def changing(client: BlockingClient) -> Change:
    def change(session_id: str, status: str, **fields: Any) -> None:
        client.request(SetSession(session_id=session_id, status=Status(status), **fields))

    return change


@pytest.fixture
def client(socket: str, daemon: int) -> Iterator[BlockingClient]:
    with connect(socket) as client:
        yield client


def test_a_change_is_told_once_and_the_board_at_the_beginning_is_not(
    client: BlockingClient,
) -> None:
    change = changing(client)
    change("before", "question")
    with live("notify", "--via", "none") as notify:
        until_somebody_subscribes(client)
        change("before", "question")
        change("shop", "working")
        change("shop", "attention", reason="done")
        change("shop", "attention", reason="done", note="x")
        change("shop", "question", reason="plan")

        assert notify.line().endswith("shop waits for you: done")
        assert notify.line().endswith("shop asks you something: plan")
        notify.interrupt()
        assert notify.end() == (0, "", "")


def test_the_board_at_the_beginning_can_be_told(client: BlockingClient) -> None:
    changing(client)("before", "question")
    with live("notify", "--via", "none", "--existing") as notify:
        assert notify.line().endswith("before asks you something")


def test_json_is_one_object_for_each_notice(client: BlockingClient) -> None:
    with live("notify", "--via", "none", "--json") as notify:
        until_somebody_subscribes(client)
        changing(client)("shop", "attention", reason="done")
        told = msgspec.json.decode(notify.out.readline())
        notify.interrupt()
        assert notify.end() == (0, "", "")

    assert told.pop("at")
    assert told == {
        "title": "shop waits for you",
        "body": "done",
        "by": "none",
        "session_id": "shop",
        "status": "attention",
        "reason": "done",
    }


def test_what_is_switched_off_in_the_configuration_is_not_told(
    client: BlockingClient, scratch_home: Path
) -> None:
    folder = scratch_home / ".config/agent-console"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[notifications]\nattention = false\nvia = "none"\n')
    with live("notify") as notify:
        until_somebody_subscribes(client)
        change = changing(client)
        change("shop", "attention")
        change("shop", "question")

        assert notify.line().endswith("shop asks you something")


def test_it_outlives_a_restart_of_the_daemon_and_repeats_nothing(socket: str) -> None:
    with real_daemon(socket), connect(socket) as client:
        notify = Live("notify", "--via", "none")
        until_somebody_subscribes(client)
        changing(client)("shop", "attention")
        assert notify.line().endswith("shop waits for you")
    assert "Waiting for it to come back" in notify.err.readline()

    with real_daemon(socket), connect(socket) as client:
        assert "is back" in notify.err.readline()
        change = changing(client)
        change("shop", "attention")
        change("docs", "question")

        assert notify.line().endswith("docs asks you something")
        notify.interrupt()
        assert notify.end()[0] == 0


def test_it_ends_quietly_when_nobody_reads_it(client: BlockingClient) -> None:
    with live("notify", "--via", "none") as notify:
        until_somebody_subscribes(client)
        notify.out.close()
        notify.process.stdout = None
        changing(client)("shop", "attention")

        assert notify.process.wait(SECONDS) == 141
        assert notify.err.read() == ""


def test_without_a_desktop_the_terminal_is_told_and_stdout_is_not(client: BlockingClient) -> None:
    master, slave = pty.openpty()
    notify = subprocess.Popen(
        [sys.executable, "-u", "-m", "agent_console", "notify", "--json"],
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**os.environ, "TERM": "foot", "TERM_PROGRAM": ""},
        start_new_session=True,
    )
    try:
        until_somebody_subscribes(client)
        changing(client)("shop", "attention", reason="done")
        assert notify.stdout is not None
        told = msgspec.json.decode(notify.stdout.readline())
        assert told["by"] == "terminal"
        assert os.read(master, 200) == b"\x1b]777;notify;shop waits for you;done\a"
    finally:
        notify.terminate()
        notify.communicate(timeout=SECONDS)
        os.close(slave)
        os.close(master)


@needs_dbus
def test_a_desktop_shows_it(
    client: BlockingClient, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session_bus(scratch_home) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with desktop() as screen, live("notify", "--json") as notify:
            until_somebody_subscribes(client)
            changing(client)("shop", "question", reason="plan")

            assert screen.shown() == {
                "app": "agent-console",
                "title": "shop asks you something",
                "body": "plan",
                "clickable": True,
                "urgency": 1,
                "sound": False,
            }
            assert msgspec.json.decode(notify.out.readline())["by"] == "desktop"


@needs_dbus
def test_a_bus_without_a_desktop_leaves_it_to_what_else_there_is(
    client: BlockingClient, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a server: the login brings a bus, and nobody on it shows anything."""
    with session_bus(scratch_home) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with live("notify", "--json") as notify:
            until_somebody_subscribes(client)
            changing(client)("shop", "question")

            told = msgspec.json.decode(notify.out.readline())
            notify.interrupt()
            assert notify.end() == (0, "", "")
    assert told["by"] in {"terminal", "none"}  # a terminal, when the tests run in one


@needs_dbus
@needs_tmux
def test_a_click_on_the_desktop_jumps_to_the_session(
    client: BlockingClient, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session_bus(scratch_home) as address, tmux_server(scratch_home) as server:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        pane = server.new_window("one")
        terminal = server.attach("one")
        assert server.shown() != {terminal.tty: pane}
        server.tmux("set-hook", "-g", "session-window-changed", "wait-for -S jumped")
        with desktop() as screen, live("notify") as notify:
            until_somebody_subscribes(client)
            env = {"TMUX": server.variable(), "TMUX_PANE": pane}
            for name in ("UserPromptSubmit", "Stop"):
                event = msgspec.json.encode({"session_id": "shop", "hook_event_name": name})
                client.request(Hook(event=msgspec.Raw(event), env=env))
            assert notify.line().endswith("shop waits for you: done")
            assert screen.shown()["title"] == "shop waits for you"
            screen.click(1)

            server.tmux("wait-for", "jumped")
            assert server.shown() == {terminal.tty: pane}
