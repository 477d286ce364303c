"""The session screen, as a person meets it: on a real daemon, with recorded transcripts."""

import json
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw
from tests.claude_code.recordings import FIXTURES
from tests.tui.running_app import ask, running_app, screen_text, told, until
from tests.tui.session_story import LINES, asked, bring_story, said, used, write_story
from tests.usage.ingest.transcripts import SESSION, append
from textual.pilot import Pilot
from textual.widgets import Input

from agent_console.config_prices import PricesConfig
from agent_console.model.session import Session, Status
from agent_console.paths import database_path
from agent_console.protocol.messages import Get, Hook, Remove, SetSession
from agent_console.tui.app import ConsoleApp
from agent_console.tui.screens import session as session_module
from agent_console.tui.screens.session import SessionScreen
from agent_console.tui.widgets.message_list import MessageList
from agent_console.usage.ingest.catch_up import bring_up_to_date
from agent_console.usage.reports.session_reading import words_of

RECORDED = "3702b43f-95c9-4255-888f-4f7da66c5c92"
FORK = "694768c4-3388-4e00-802c-f7f40f637c85"


@asynccontextmanager
async def shown(
    socket: str, session_id: str = SESSION, size: tuple[int, int] = (120, 40)
) -> AsyncGenerator[tuple[ConsoleApp, Pilot[None]]]:
    """The screen, opened from the board."""
    async with running_app(socket, size=size) as (app, pilot):
        app.open_session(session_id)
        await until(pilot, lambda: bool(app.screen.query(MessageList)))
        yield app, pilot


async def sees(pilot: Pilot[None], text: str) -> None:
    """Wait until it stands on the screen."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: text in screen_text(app))


async def session_of(socket: str, session_id: str = SESSION) -> Session:
    """The session, as the daemon knows it."""
    (session,) = await ask(socket, Get(session_id=session_id))
    assert isinstance(session, Session)
    return session


def on_board(
    status: Status = Status.WORKING, reason: str | None = None, working_dir: str = "/tmp/shop"
) -> SetSession:
    return SetSession(session_id=SESSION, status=status, reason=reason, working_dir=working_dir)


def recorded(home: Path) -> Path:
    """Sessions of the real client, of which one was forked; the first one's transcript."""
    projects = home / ".claude/projects"
    shutil.copytree(FIXTURES / "transcripts/p_resume", projects, dirs_exist_ok=True)
    (path,) = projects.glob(f"*/{RECORDED}.jsonl")
    return path


def hook(path: Path, session_id: str = SESSION, **event: str) -> Hook:
    """What Claude Code tells, with where the transcript is."""
    told = {"session_id": session_id, "transcript_path": str(path), "cwd": "/tmp/shop", **event}
    return Hook(event=Raw(json.dumps(told).encode()), env={"CLAUDE_PID": str(os.getpid())})


async def begin(socket: str, path: Path, session_id: str = SESSION) -> None:
    """A session says where its transcript is, and works."""
    start = hook(path, session_id, hook_event_name="SessionStart", source="startup")
    await ask(socket, start, SetSession(session_id=session_id, status=Status.WORKING))


def messages_of(app: ConsoleApp) -> MessageList:
    return app.screen.query_one(MessageList)


async def test_a_recorded_session_is_shown_whole(socket: str, scratch_home: Path) -> None:
    await begin(socket, recorded(scratch_home), RECORDED)
    async with shown(socket, RECORDED, (200, 60)) as (_, pilot):
        await sees(pilot, "back on the first")

        for words in (
            *("Tokens: ", "Est. Cost: $", "working for", "9 messages", "just now"),
            *("Timeline", "Cache hit rate", "Most expensive", "#1", "] went on"),
            *("First. [[rig:plain text='first answer']]", "first answer"),
        ):
            await sees(pilot, words)


async def test_the_list_grows_while_the_session_works(socket: str, scratch_home: Path) -> None:
    path = write_story(scratch_home)
    await begin(socket, path)
    async with shown(socket) as (app, pilot):
        await sees(pilot, "12 tests pass")
        append(path, asked("And the docs?", 130), said(8, "They are written.", 131, used(1, 2)))
        await ask(socket, hook(path, hook_event_name="Stop"))

        await sees(pilot, "They are written.")
        await until(pilot, lambda: messages_of(app).messages[-1].counted is not None)
        assert messages_of(app).cursor == len(messages_of(app).messages) - 1


async def test_reading_further_up_is_not_disturbed(socket: str, scratch_home: Path) -> None:
    more = tuple(asked(f"Question {number}", 120 + number / 60) for number in range(60))
    path = write_story(scratch_home, lines=(*LINES, *more))
    await begin(socket, path)
    async with shown(socket, size=(120, 24)) as (app, pilot):
        await sees(pilot, "Question 59")
        await pilot.press("g", "j", "j")
        await sees(pilot, "The login loops")
        before = (messages_of(app).cursor, messages_of(app).scroll_offset.y)
        count = len(messages_of(app).messages)
        append(path, said(8, "They are written.", 131, used(1, 2)))
        await ask(socket, hook(path, hook_event_name="Stop"))

        await until(pilot, lambda: len(messages_of(app).messages) > count)
        await pilot.pause()
        assert (messages_of(app).cursor, messages_of(app).scroll_offset.y) == before == (2, 0)


async def test_a_change_of_status_is_shown_with_its_history(socket: str) -> None:
    await ask(socket, on_board())
    async with shown(socket) as (_, pilot):
        await sees(pilot, "working for")
        await ask(socket, on_board(status=Status.QUESTION, reason="plan"))

        await sees(pilot, "question for")
        await sees(pilot, "History")
        await sees(pilot, "· plan")


async def test_vim_keys_and_arrows_move_through_the_messages(
    socket: str, scratch_home: Path
) -> None:
    bring_story(scratch_home)
    async with shown(socket) as (app, pilot):
        await sees(pilot, "12 tests pass")
        places: list[int] = []
        for key in ("g", "j", "down", "k", "G", "up", "ctrl+u", "ctrl+d", "home", "end"):
            await pilot.press(key)
            places.append(messages_of(app).cursor)

    assert places == [0, 1, 2, 1, 11, 10, 0, 11, 0, 11]


async def test_dollar_goes_to_the_most_expensive_message(socket: str, scratch_home: Path) -> None:
    bring_story(scratch_home)
    async with shown(socket) as (app, pilot):
        await sees(pilot, "12 tests pass")
        await pilot.press("dollar_sign")

        message = messages_of(app).message
        assert message is not None
        assert message.counted is not None
        assert message.counted.rank == 1


async def test_a_click_puts_the_cursor_there(socket: str, scratch_home: Path) -> None:
    bring_story(scratch_home)
    async with shown(socket) as (app, pilot):
        await sees(pilot, "12 tests pass")
        await pilot.click(MessageList, offset=(5, 3))

        assert messages_of(app).cursor == 2


async def test_texts_of_transcripts_are_literal(socket: str, scratch_home: Path) -> None:
    bring_story(scratch_home)
    async with shown(socket, size=(200, 40)) as (app, pilot):
        await sees(pilot, "[red]Careful[/red]: keep the old tests")

        assert not set("\x1b\u202e\u202c") & set(screen_text(app))


@pytest.mark.parametrize("key", ["escape", "h", "q"])
async def test_a_key_leads_back(socket: str, key: str) -> None:
    async with shown(socket) as (app, pilot):
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(app.screen, SessionScreen))

        assert app.is_running


@pytest.mark.parametrize(("key", "field"), [("n", "note"), ("L", "label")])
async def test_note_and_label_are_asked_for_and_kept(socket: str, key: str, field: str) -> None:
    await ask(socket, on_board())
    async with shown(socket) as (app, pilot):
        await sees(pilot, "working for")
        await pilot.press(key)
        await until(pilot, lambda: bool(app.screen.query(Input)))
        await pilot.press(*"[b]", "enter")

        await sees(pilot, "[b]")
        assert getattr(await session_of(socket), field) == "[b]"


async def test_plus_and_minus_change_the_priority(socket: str) -> None:
    await ask(socket, on_board())
    async with shown(socket) as (_, pilot):
        await sees(pilot, "working for")
        await pilot.press("plus")
        await sees(pilot, "+1")
        await pilot.press("minus", "minus")

        await sees(pilot, "-1")
    assert (await session_of(socket)).priority == -1


async def test_remove_asks_and_leads_back(socket: str) -> None:
    await ask(socket, on_board())
    async with shown(socket) as (app, pilot):
        await sees(pilot, "working for")
        await pilot.press("x")
        await until(pilot, lambda: not isinstance(app.screen, SessionScreen))
        assert SESSION in app.link.cache.sessions
        await pilot.press("y")

        await until(pilot, lambda: SESSION not in app.link.cache.sessions)
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_y_copies_the_id(socket: str) -> None:
    async with shown(socket) as (app, pilot):
        await pilot.press("y")

        assert app.clipboard == SESSION


async def test_resume_tells_the_command_for_a_session_that_ended(
    socket: str, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(socket, on_board(Status.CLOSED, working_dir=str(scratch_home)))
    monkeypatch.setenv("PATH", "")
    async with shown(socket) as (app, pilot):
        await sees(pilot, "closed for")
        await pilot.press("r")
        await until(pilot, lambda: bool(told(app)))

        (sentence,) = told(app)
        assert sentence.endswith(f"cd -- {scratch_home} && claude --resume {SESSION}")


async def test_what_runs_cannot_be_resumed(socket: str) -> None:
    await ask(socket, on_board())
    async with shown(socket) as (app, pilot):
        await sees(pilot, "working for")

        assert "r" not in {
            key for key, active in app.screen.active_bindings.items() if active.enabled
        }


async def test_a_session_of_the_ledger_alone_can_be_resumed_and_not_changed(
    socket: str, scratch_home: Path
) -> None:
    bring_story(scratch_home)
    async with shown(socket) as (app, pilot):
        await sees(pilot, "in the ledger · no longer on the board")

        enabled = {key for key, active in app.screen.active_bindings.items() if active.enabled}
        assert {"r", "y", "escape"} <= enabled
        assert not {"n", "L", "x", "plus", "enter"} & enabled


async def test_a_session_that_is_taken_off_the_board_stays_on_the_screen(
    socket: str, scratch_home: Path
) -> None:
    bring_story(scratch_home)
    await ask(socket, on_board())
    async with shown(socket) as (_, pilot):
        await sees(pilot, "working for")
        await ask(socket, Remove(session_id=SESSION))

        await sees(pilot, "in the ledger · no longer on the board")


async def test_brackets_lead_through_the_lineage(socket: str, scratch_home: Path) -> None:
    recorded(scratch_home)
    bring_up_to_date(database_path(), PricesConfig())
    async with shown(socket, RECORDED, (200, 50)) as (_, pilot):
        await sees(pilot, "] went on")
        await pilot.press("right_square_bracket")
        await sees(pilot, "[ came from")
        await sees(pilot, "forked answer")
        await pilot.press("left_square_bracket")

        await sees(pilot, "back on the first")


async def test_without_room_for_both_a_key_shows_the_other_pane(
    socket: str, scratch_home: Path
) -> None:
    bring_story(scratch_home)
    async with shown(socket, size=(80, 30)) as (app, pilot):
        await sees(pilot, "12 tests pass")
        assert "Last sign" not in screen_text(app)
        await pilot.press("l")

        await sees(pilot, "Last sign")
        assert "12 tests pass" not in screen_text(app)
        await pilot.press("tab")
        await sees(pilot, "12 tests pass")


async def test_it_still_works_at_10_rows_of_40_columns(socket: str, scratch_home: Path) -> None:
    bring_story(scratch_home)
    await ask(socket, on_board())
    async with shown(socket, size=(40, 10)) as (app, pilot):
        await sees(pilot, "There are two")

        text = screen_text(app)
        assert "working for" in text
        assert "Tokens: 11.5k in / 11.5k out" in text
        assert "Est. Cost: $1.15" in text


async def test_whoever_has_it_before_them_has_seen_it(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "SEEN_SECONDS", 0.01)
    await ask(socket, on_board(status=Status.QUESTION))
    async with shown(socket) as (app, pilot):
        await until(pilot, lambda: app.link.cache.sessions[SESSION].seen)


async def test_words_are_read_only_for_what_is_near(
    socket: str, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[int] = []
    read = words_of

    def counting(messages: Any) -> list[str]:
        asked_for.append(len(messages))
        return read(messages)

    monkeypatch.setattr(session_module, "words_of", counting)
    many = tuple(asked(f"Question {number}", number / 60) for number in range(3000))
    bring_story(scratch_home, lines=(*LINES, *many))
    async with shown(socket) as (app, pilot):
        await until(pilot, lambda: len(messages_of(app).messages) > 3000)
        await sees(pilot, "12 tests pass")

    assert 0 < sum(asked_for) < 100
