"""The board as it looks: each picture was looked at before it was kept."""

from collections.abc import Callable

import pytest
from tests.tui.fixed_board import NOW_MS, fixed_app, one_of_each, session, settled, spent
from textual.pilot import Pilot

from agent_console.client.link import LinkState
from agent_console.config import Config, TuiConfig
from agent_console.model.session import Activity, Session, Status

Compare = Callable[..., bool]
WIDTHS = (40, 80, 120, 200)


def fifty() -> list[Session]:
    """A busy day."""
    statuses = (Status.WORKING, Status.ATTENTION, Status.WORKING, Status.QUESTION, Status.CLOSED)
    return [
        session(
            f"service-{number:02}",
            statuses[number % 5],
            number * 1.7,
            seen=number % 3 == 0,
            reason="permission" if number % 5 == 1 else None,
            activity=Activity("Bash", f"make test-{number}"),
            git_branch=f"feat/{number}",
            context_used_percent=number * 2,
            metadata=spent(f"{number}", number * 40_000, number * 0.4),
        )
        for number in range(50)
    ]


def after(*keys: str) -> Callable[[Pilot[None]], object]:
    """Let the app draw, press keys, and let it draw again."""

    async def run(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return run


@pytest.mark.parametrize("columns", WIDTHS)
def test_one_session_of_each_status(snap_compare: Compare, columns: int) -> None:
    app = fixed_app(one_of_each())

    assert snap_compare(app, terminal_size=(columns, 24), run_before=after())


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_session(snap_compare: Compare, columns: int) -> None:
    assert snap_compare(fixed_app([]), terminal_size=(columns, 24), run_before=after())


@pytest.mark.parametrize("columns", WIDTHS)
def test_fifty_sessions(snap_compare: Compare, columns: int) -> None:
    assert snap_compare(fixed_app(fifty()), terminal_size=(columns, 24), run_before=after("G"))


@pytest.mark.parametrize("columns", WIDTHS)
def test_disconnected(snap_compare: Compare, columns: int) -> None:
    app = fixed_app(
        one_of_each(), state=LinkState.RECONNECTING, why="The daemon closed the connection."
    )

    assert snap_compare(app, terminal_size=(columns, 24), run_before=after())


def test_no_daemon(snap_compare: Compare) -> None:
    why = "No daemon is running on /run/s: start it with `agent-console daemon start`."
    app = fixed_app([], state=LinkState.UNREACHABLE, why=why)

    assert snap_compare(app, terminal_size=(80, 24), run_before=after())


def test_ten_rows_beside_an_editor(snap_compare: Compare) -> None:
    assert snap_compare(fixed_app(one_of_each()), terminal_size=(40, 10), run_before=after())


@pytest.mark.parametrize("columns", [80, 120])
def test_two_lines(snap_compare: Compare, columns: int) -> None:
    app = fixed_app(one_of_each(), config=Config(tui=TuiConfig(density="two-line")))

    assert snap_compare(app, terminal_size=(columns, 32), run_before=after())


@pytest.mark.parametrize("columns", [40, 120])
def test_projects_and_what_is_below_sessions(snap_compare: Compare, columns: int) -> None:
    app = fixed_app(one_of_each(), config=Config(tui=TuiConfig(group_by_project=True)))

    assert snap_compare(app, terminal_size=(columns, 24), run_before=after("t"))


@pytest.mark.parametrize("theme", ["console-light", "console-paper"])
def test_light_themes(snap_compare: Compare, theme: str) -> None:
    app = fixed_app(one_of_each(), config=Config(tui=TuiConfig(theme=theme)))

    assert snap_compare(app, terminal_size=(120, 24), run_before=after())


def test_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert snap_compare(
        fixed_app(one_of_each()), terminal_size=(80, 24), run_before=after("down", "down")
    )


def test_the_filter(snap_compare: Compare) -> None:
    assert snap_compare(
        fixed_app(one_of_each()), terminal_size=(80, 24), run_before=after("slash", "a", "p", "i")
    )


@pytest.mark.parametrize("key", ["n", "x"])
def test_dialogs(snap_compare: Compare, key: str) -> None:
    assert snap_compare(fixed_app(one_of_each()), terminal_size=(64, 18), run_before=after(key))


def test_the_clock_of_the_pictures_stands() -> None:
    assert fixed_app([]).now_ms() == NOW_MS
