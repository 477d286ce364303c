"""From a change to a notice in front of the person: by the desktop, the terminal, or not now."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.notifications.told import changed, snapshot
from tests.terminals.real_tmux import TmuxServer, needs_tmux, tmux_server

from agent_console.config import Config
from agent_console.config_notifications import NotificationsConfig, Via
from agent_console.model.session import Terminal
from agent_console.notifications.notice import Notice
from agent_console.notifications.notifier import Notifier, Told


def config(**values: Any) -> Config:
    return Config(notifications=NotificationsConfig(**values))


async def test_without_any_desktop_it_is_the_terminal(terminal: list[Notice]) -> None:
    notifier = Notifier(config(), environ={})
    await notifier.take(snapshot())

    (told,) = await notifier.take(changed("a", "attention"))

    assert told == Told(terminal[0], "terminal")


@pytest.mark.parametrize(("via", "by"), [("terminal", "terminal"), ("none", "none")])
async def test_a_way_that_was_chosen_is_taken(terminal: list[Notice], via: Via, by: str) -> None:
    for notifier in (Notifier(config(), via=via), Notifier(config(via=via))):
        await notifier.take(snapshot())
        (told,) = await notifier.take(changed("a", "attention"))
        assert told.by == by
    assert len(terminal) == (2 if by == "terminal" else 0)


async def test_a_desktop_that_was_chosen_and_is_none_tells_nobody(terminal: list[Notice]) -> None:
    notifier = Notifier(config(via="desktop"), environ={})
    await notifier.take(snapshot())

    (told,) = await notifier.take(changed("a", "attention"))

    assert told.by == "none"
    assert terminal == []


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    """What the terminal is told; test_terminal.py has how."""
    notices: list[Notice] = []

    def tell(notice: Notice, environ: object, *, sound: bool) -> bool:
        notices.append(notice)
        return True

    monkeypatch.setattr("agent_console.notifications.terminal.tell", tell)
    return notices


async def test_quiet_hours_are_quiet_and_what_was_in_them_is_not_told_later() -> None:
    clock = [datetime(2026, 11, 26, 23, 30, tzinfo=UTC)]
    notifier = Notifier(
        config(quiet_from="22:00", quiet_until="07:00"), via="none", now=lambda: clock[0]
    )
    await notifier.take(snapshot())

    assert await notifier.take(changed("a", "attention", 1)) == []
    clock[0] = clock[0].replace(hour=8)
    assert await notifier.take(changed("a", "attention", 1)) == []
    assert len(await notifier.take(changed("a", "attention", 2))) == 1


async def test_the_zone_of_the_person_decides(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = datetime.now(UTC).hour

    def quiet_in(offset: int) -> Config:
        """Quiet for the two hours around what a clock shows there now."""
        there = (hour + offset) % 24
        folder = scratch_home / ".config/agent-console"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(
            f'[display]\ntimezone = "Etc/GMT-{offset}"\n[notifications]\n'
            f'quiet_from = "{there:02}:00"\nquiet_until = "{(there + 2) % 24:02}:00"\n'
        )
        from agent_console.config import load

        return load()

    for configured, quiet in ((quiet_in(9), True), (quiet_in(5), True)):
        notifier = Notifier(configured, via="none")
        await notifier.take(snapshot())
        assert (await notifier.take(changed("a", "attention")) == []) is quiet
    elsewhere = Config(notifications=quiet_in(9).notifications, display=quiet_in(3).display)
    notifier = Notifier(elsewhere, via="none")
    await notifier.take(snapshot())
    assert len(await notifier.take(changed("a", "attention"))) == 1


@needs_tmux
async def test_a_session_in_front_of_the_persons_eyes_is_not_told(scratch_home: Path) -> None:
    with tmux_server(scratch_home) as server:
        server.tmux("set-option", "-s", "focus-events", "on")
        (shown,) = server.panes("one")
        hidden = server.new_window("one")
        server.attach("one")
        notifier = Notifier(config(), via="none")
        await notifier.take(snapshot())

        assert await told_of(notifier, server, shown) == []
        assert await told_of(notifier, server, hidden) == ["a waits for you"]


async def told_of(notifier: Notifier, server: TmuxServer, pane: str) -> list[str]:
    where = Terminal(tmux=server.variable(), tmux_pane=pane)
    changes = (changed("a", "working", 1), changed("a", "attention", 2, terminal=where))
    return [told.notice.title for item in changes for told in await notifier.take(item)]


def test_the_desktop_is_only_imported_when_there_is_something_to_tell() -> None:
    code = (
        "import sys\nimport agent_console.notifications.notifier\n"
        "print([m for m in sys.modules if 'desktop_notifier' in m or 'dbus' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DISPLAY": ":0"},
    )
    assert done.stdout == "[]\n"
