"""The board on a real daemon: keys, the mouse, and what it tells."""

from collections.abc import Callable

import anyio
import pytest
from tests.client.real_daemon import ended_afterwards
from tests.tui.running_app import DEADLINE_SECONDS, ask, running_app, screen_text, told, until
from textual.pilot import Pilot
from textual.widgets import Input

from agent_console.config import Config, TuiConfig
from agent_console.model.session import Session, Status
from agent_console.protocol.messages import Get, ListSessions, Remove, SetSession
from agent_console.tui import looking
from agent_console.tui.app import ConsoleApp
from agent_console.tui.screens.ask_text import AskText
from agent_console.tui.screens.ask_yes_no import AskYesNo
from agent_console.tui.screens.board import BoardScreen
from agent_console.tui.widgets.board_table import BoardTable


def put(name: str, status: Status = Status.ATTENTION, **fields: object) -> SetSession:
    return SetSession(session_id=name, status=status, working_dir=f"/w/{name}", **fields)  # type: ignore[arg-type]


def table_of(app: ConsoleApp) -> BoardTable:
    return app.screen.query_one(BoardTable)


def order(app: ConsoleApp) -> list[str]:
    return [row.session.session_id for row in table_of(app).rows_shown if row.session]


def under_cursor(app: ConsoleApp) -> str | None:
    row = table_of(app).current
    return row.session.session_id if row and row.session else None


async def get(socket: str, session_id: str) -> Session | None:
    (session,) = await ask(socket, Get(session_id=session_id))
    return session  # type: ignore[no-any-return]


async def until_kept(
    pilot: Pilot[None], socket: str, session_id: str, holds: Callable[[Session], bool]
) -> None:
    """Until the daemon says so of a session."""
    with anyio.fail_after(DEADLINE_SECONDS):
        session = await get(socket, session_id)
        while session is None or not holds(session):
            await pilot.pause(0.02)
            session = await get(socket, session_id)


async def test_the_most_urgent_session_is_the_first(socket: str) -> None:
    await ask(
        socket,
        put("works", Status.WORKING),
        put("asks", Status.QUESTION),
        put("waits"),
        put("first", Status.ATTENTION, priority=1),
        put("gone", Status.CLOSED),
    )
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 5)

        assert order(app) == ["asks", "first", "waits", "works", "gone"]


async def test_a_change_reorders_and_the_cursor_stays_on_its_session(socket: str) -> None:
    await ask(socket, put("a", priority=3), put("b", priority=2), put("c", priority=1))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 3)
        await pilot.press("j")
        assert under_cursor(app) == "b"
        await ask(socket, put("c", Status.QUESTION), put("d", Status.QUESTION))
        await until(pilot, lambda: order(app) == ["c", "d", "a", "b"])
        assert under_cursor(app) == "b"
        await ask(socket, Remove(session_id="b"))
        await until(pilot, lambda: order(app) == ["c", "d", "a"])

        assert under_cursor(app) == "a"


async def test_reordering_leaves_the_scroll_position_as_it_is(socket: str) -> None:
    await ask(socket, *(put(f"s{number:02}", priority=-number) for number in range(40)))
    async with running_app(socket, size=(80, 20)) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 40)
        await pilot.press("G")
        await until(pilot, lambda: table_of(app).scroll_y > 0)
        top = table_of(app).scroll_y
        await ask(socket, put("s00", Status.QUESTION), put("s39", label="x"))
        await until(pilot, lambda: order(app)[0] == "s00")
        await pilot.pause()

        assert table_of(app).scroll_y == top
        assert under_cursor(app) == "s39"


async def test_only_cells_that_changed_are_touched(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(socket, put("a", label="one"), put("b", label="two"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 2)
        touched: list[tuple[str, str]] = []
        update = BoardTable.update_cell

        def counted(self: BoardTable, row: str, column: str, value: object) -> None:
            touched.append((row, column))
            update(self, row, column, value)  # type: ignore[arg-type]

        monkeypatch.setattr(BoardTable, "update_cell", counted)
        await ask(socket, SetSession(session_id="a", label="six"))
        await until(pilot, lambda: "six" in screen_text(app))

        assert {row for row, _ in touched} == {"session a"}
        assert {column for _, column in touched} <= {"LABEL", "SINCE"}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("j", "b"),
        ("G", "e"),
        ("G k", "d"),
        ("G g", "a"),
        ("ctrl+d", "e"),
        ("G ctrl+u", "a"),
        ("down down up", "b"),
        ("end home", "a"),
    ],
)
async def test_vim_keys_and_arrows_move_the_cursor(socket: str, keys: str, expected: str) -> None:
    await ask(socket, *(put(name, priority=-ord(name)) for name in "abcde"))
    async with running_app(socket, size=(80, 30)) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 5)
        await pilot.press(*keys.split())

        assert under_cursor(app) == expected


# ---- seen ------------------------------------------------------------------------------------


async def test_a_row_that_is_looked_at_is_marked_seen(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.1)
    await ask(socket, put("a", priority=1), put("b"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 2)
        await until_kept(pilot, socket, "a", lambda session: session.seen)

        other = await get(socket, "b")
        assert other is not None
        assert not other.seen


async def test_a_row_that_is_passed_is_not_marked_seen(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(socket, put("a", priority=2), put("b", priority=1), put("c"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 3)
        await pilot.press("j")
        monkeypatch.setattr(looking, "LOOK_SECONDS", 0.1)
        await pilot.press("j")
        await until_kept(pilot, socket, "c", lambda session: session.seen)

        passed = [await get(socket, name) for name in "ab"]
        assert [session and session.seen for session in passed] == [False, False]


async def test_nothing_is_marked_seen_while_the_terminal_has_no_focus(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.1)
    ended: list[bool] = []
    end = looking.Look.end

    def counted(self: looking.Look) -> None:
        end(self)
        ended.append(True)

    monkeypatch.setattr(looking.Look, "end", counted)
    await ask(socket, put("a"))
    async with running_app(socket) as (app, pilot):
        app.app_focus = False
        await until(pilot, lambda: ended)
        before = await get(socket, "a")
        app.app_focus = True
        await until_kept(pilot, socket, "a", lambda session: session.seen)

        assert before is not None
        assert not before.seen


async def test_a_session_that_changes_by_itself_is_not_marked_seen(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.05)
    await ask(socket, put("a"))
    async with running_app(socket) as (app, pilot):
        await until_kept(pilot, socket, "a", lambda session: session.seen)
        await ask(socket, put("a", Status.QUESTION))
        await until(pilot, lambda: "? question" in screen_text(app))
        await pilot.pause(0.3)
        unattended = await get(socket, "a")
        assert unattended is not None
        assert not unattended.seen
        await pilot.press("k")

        await until_kept(pilot, socket, "a", lambda session: session.seen)


async def test_enter_jumps_or_says_why_it_cannot(socket: str) -> None:
    await ask(socket, put("a"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("enter")

        await until(pilot, lambda: "in which terminal this session runs" in "\n".join(told(app)))


async def test_a_number_jumps_to_its_row(socket: str) -> None:
    await ask(socket, put("a", priority=2), put("b", priority=1), put("c"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 3)
        await pilot.press("3")
        await until(pilot, lambda: told(app))

        assert under_cursor(app) == "c"


async def test_a_double_click_jumps_and_a_click_moves(socket: str) -> None:
    await ask(socket, put("a", priority=2), put("b", priority=1))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 2)
        await pilot.click(BoardTable, offset=(20, 2))
        assert under_cursor(app) == "b"
        assert not told(app)
        await pilot.click(BoardTable, offset=(20, 2), times=2)

        await until(pilot, lambda: told(app))


# ---- the view --------------------------------------------------------------------------------


async def test_the_filter_narrows_as_it_is_typed_and_esc_clears_it(socket: str) -> None:
    await ask(socket, put("api"), put("app", label="hot"), put("web"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 3)
        await pilot.press("slash", "a", "p")
        await until(pilot, lambda: len(order(app)) == 2)
        await pilot.press("i")
        await until(pilot, lambda: order(app) == ["api"])
        await pilot.press("enter")
        assert app.screen.focused is table_of(app)
        assert app.screen.query_one("#filter", Input).display
        await pilot.press("escape")
        await until(pilot, lambda: len(order(app)) == 3)

        assert not app.screen.query_one("#filter", Input).display


async def test_a_filter_that_finds_nothing_says_how_to_go_on(socket: str) -> None:
    await ask(socket, put("api"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("slash", "z")
        await until(pilot, lambda: "Nothing matches" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: order(app) == ["api"])

        assert app.screen.focused is table_of(app)


async def test_closed_sessions_are_hidden_and_shown(socket: str) -> None:
    await ask(socket, put("a"), put("z", Status.CLOSED))
    config = Config(tui=TuiConfig(hide_closed=True))
    async with running_app(socket, config=config) as (app, pilot):
        await until(pilot, lambda: order(app) == ["a"])
        await pilot.press("c")
        await until(pilot, lambda: order(app) == ["a", "z"])
        await pilot.press("c")

        await until(pilot, lambda: order(app) == ["a"])


async def test_sessions_are_grouped_by_project_and_folded(socket: str) -> None:
    await ask(
        socket,
        SetSession(session_id="1", status=Status.QUESTION, working_dir="/w/api"),
        SetSession(session_id="2", status=Status.ATTENTION, working_dir="/w/web"),
        SetSession(session_id="3", status=Status.WORKING, working_dir="/w/api"),
    )
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: order(app) == ["1", "2", "3"])
        await pilot.press("p")
        await until(pilot, lambda: order(app) == ["1", "3", "2"])
        await pilot.press("g", "h")

        await until(pilot, lambda: order(app) == ["2"])


async def test_two_lines_show_more_of_a_session(socket: str) -> None:
    await ask(socket, put("a", note="ask about the tests", label="hot"))
    async with running_app(socket, size=(80, 12)) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        assert "ask about the tests" not in screen_text(app)
        await pilot.press("v")

        await until(pilot, lambda: "ask about the tests" in screen_text(app))


async def test_hidden_columns_are_not_shown(socket: str) -> None:
    await ask(socket, put("a", label="hot"))
    config = Config(tui=TuiConfig(hidden_columns="label since"))
    async with running_app(socket, config=config) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)

        assert "LABEL" not in screen_text(app)
        assert "SINCE" not in screen_text(app)


# ---- changes ---------------------------------------------------------------------------------


async def test_a_note_and_a_label_are_written(socket: str) -> None:
    await ask(socket, put("a", note="old"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("s", "enter")
        await until_kept(pilot, socket, "a", lambda session: session.note == "olds")
        await until(pilot, lambda: isinstance(app.screen, BoardScreen))
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("x", "y", "enter")

        await until_kept(pilot, socket, "a", lambda session: session.label == "xy")


async def test_esc_leaves_a_note_as_it_was(socket: str) -> None:
    await ask(socket, put("a", note="old"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("s", "escape")
        await until(pilot, lambda: isinstance(app.screen, BoardScreen))

        session = await get(socket, "a")
        assert session is not None
        assert session.note == "old"


async def test_each_press_moves_the_priority_by_one(socket: str) -> None:
    await ask(socket, put("a"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("plus", "plus", "plus", "minus")

        await until_kept(pilot, socket, "a", lambda session: session.priority == 2)


async def test_remove_asks_first(socket: str) -> None:
    await ask(socket, put("a"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, AskYesNo))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BoardScreen))
        assert await ask(socket, ListSessions()) != [()]
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(app.screen, AskYesNo))
        await pilot.press("y")
        await until(pilot, lambda: order(app) == [])

        assert await ask(socket, ListSessions()) == [()]


async def test_a_refusal_is_told_in_the_daemons_words(socket: str) -> None:
    await ask(socket, put("a", priority=1_000_000))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("plus")

        await until(pilot, lambda: "1000000" in "\n".join(told(app)))


async def test_a_session_that_runs_is_not_resumed(socket: str) -> None:
    await ask(socket, put("a"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("r")

        await until(
            pilot, lambda: "still runs" in "\n".join(told(app)) or "folder" in "\n".join(told(app))
        )


async def test_a_closed_session_of_another_agent_is_reopened(socket: str) -> None:
    await ask(socket, put("a", Status.CLOSED, agent_type="custom"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("r")

        await until_kept(pilot, socket, "a", lambda s: s.status is Status.ATTENTION)


async def test_seen_and_copy_have_keys(socket: str) -> None:
    await ask(socket, put("a"))
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: len(order(app)) == 1)
        await pilot.press("s", "y")
        await until_kept(pilot, socket, "a", lambda session: session.seen)

        assert app.clipboard == "a"


# ---- the daemon ------------------------------------------------------------------------------


async def test_an_empty_board_says_what_to_do_and_fills_by_itself(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: "No sessions yet." in screen_text(app))
        assert "agent-console install" in screen_text(app)
        await ask(socket, put("a"))
        await until(pilot, lambda: order(app) == ["a"])

        assert app.screen.focused is table_of(app)


async def test_a_key_starts_a_daemon_where_there_is_none(scratch_home: object) -> None:
    socket = f"{scratch_home}/s"
    app = ConsoleApp(socket, start=False, config=Config())
    with ended_afterwards(socket):
        async with app.run_test(size=(100, 20)) as pilot:
            await until(pilot, lambda: "No daemon." in screen_text(app))
            assert app.screen.has_class("-stale")
            await pilot.press("S")

            await until(pilot, lambda: "No sessions yet." in screen_text(app))
            assert not app.screen.has_class("-stale")
