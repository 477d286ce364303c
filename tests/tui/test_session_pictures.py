"""How the session screen looks: each picture was looked at before it was kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from tests.tui.running_app import screen_text, until
from tests.tui.session_story import ANCESTOR, HISTORY, LINES, NOW_MS, bring_story, put_on, story
from tests.usage.ingest.transcripts import SESSION
from textual.pilot import Pilot

from agent_console.client.link import LinkState
from agent_console.config import Config, DisplayConfig, TuiConfig
from agent_console.model.session import Session, Status
from agent_console.model.usage import Spending
from agent_console.tui.app import ConsoleApp
from agent_console.tui.screens.session import SessionScreen

SnapCompare = Callable[..., bool]


async def _nothing() -> None:
    return


def fixed(
    *sessions: Session, theme: str = "console-dark", state: LinkState = LinkState.CONNECTED
) -> ConsoleApp:
    """The app with what is on the board given, and a clock that stands."""
    config = Config(display=DisplayConfig(timezone="UTC"), tui=TuiConfig(theme=theme))
    app = ConsoleApp("/nobody/listens/here", start=False, config=config)
    app.now_ms = lambda: NOW_MS
    app.link.run = _nothing  # type: ignore[method-assign]
    app.money.run = _nothing  # type: ignore[method-assign]
    app.money.spending = Spending(1.15, 1.15, 0.46)
    put_on(app.link.cache, *sessions)
    app.link.state = state
    return app


def opens(
    *keys: str,
    until_seen: str = "12 tests pass",
    session_id: str = SESSION,
    has_history: bool = True,
) -> Callable[[Pilot[None]], Any]:
    """Open the session, wait until it stands there, and press keys."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        screen = SessionScreen(session_id)
        history = HISTORY if has_history else ()
        screen._history = history  # pyright: ignore[reportPrivateUsage]
        screen.ask_history = lambda: None  # type: ignore[assignment, method-assign, misc]
        app.push_screen(screen)
        await until(pilot, lambda: until_seen in screen_text(app))
        await pilot.press(*keys)
        await pilot.pause()

    return run


@pytest.fixture
def ledger(scratch_home: Path) -> None:
    bring_story(scratch_home)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(("columns", "lines"), [(40, 10), (40, 24), (80, 24), (120, 40), (200, 60)])
def test_a_session_that_asks(snap_compare: SnapCompare, columns: int, lines: int) -> None:
    app = fixed(story(), ANCESTOR)
    seen = "12 tests" if columns > 40 else "Done: 12"

    assert snap_compare(app, terminal_size=(columns, lines), run_before=opens(until_seen=seen))


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(("columns", "lines"), [(40, 24), (80, 50)])
def test_the_details_where_there_is_room_for_one_pane(
    snap_compare: SnapCompare, columns: int, lines: int
) -> None:
    app = fixed(story(), ANCESTOR)
    run = opens("l", until_seen="Done: 12")

    assert snap_compare(app, terminal_size=(columns, lines), run_before=run)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("theme", ["console-light", "console-paper"])
def test_on_paper(snap_compare: SnapCompare, theme: str) -> None:
    app = fixed(story(Status.WORKING), ANCESTOR, theme=theme)

    assert snap_compare(app, terminal_size=(120, 40), run_before=opens("dollar_sign"))


@pytest.mark.usefixtures("ledger")
def test_a_session_that_has_ended(snap_compare: SnapCompare) -> None:
    ended = structs.replace(
        story(Status.CLOSED), closed=True, activity=None, reason="logout", subagents=(), pid=None
    )

    assert snap_compare(fixed(ended), terminal_size=(120, 40), run_before=opens("g"))


@pytest.mark.usefixtures("ledger")
def test_a_session_of_the_ledger_alone(snap_compare: SnapCompare) -> None:
    run = opens(has_history=False)

    assert snap_compare(fixed(), terminal_size=(120, 40), run_before=run)


@pytest.mark.usefixtures("ledger")
def test_a_session_whose_daemon_is_gone(snap_compare: SnapCompare) -> None:
    app = fixed(story(), ANCESTOR, state=LinkState.RECONNECTING)

    assert snap_compare(app, terminal_size=(120, 40), run_before=opens())


def test_a_session_that_has_said_nothing_yet(snap_compare: SnapCompare) -> None:
    began = Session("new", Status.ATTENTION, NOW_MS - 4000, NOW_MS - 4000, "web-shop",
                    reason="ready", seen=True, working_dir="/home/user/web-shop")  # fmt: skip
    run = opens(session_id="new", has_history=False, until_seen="No message")

    assert snap_compare(fixed(began), terminal_size=(80, 24), run_before=run)


def test_a_session_of_many_days(snap_compare: SnapCompare, scratch_home: Path) -> None:
    later = {**LINES[-1], "timestamp": "2026-01-01T11:20:00.000Z"}
    earlier = {**LINES[1], "timestamp": "2025-12-29T08:00:00.000Z"}
    bring_story(scratch_home, lines=(LINES[0], earlier, *LINES[2:-1], later))

    assert snap_compare(fixed(story()), terminal_size=(120, 40), run_before=opens())
