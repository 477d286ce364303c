"""The app as a whole: its screens, its keys, its settings."""

import tomllib

import pytest
from tests.client.real_daemon import real_daemon
from tests.tui.running_app import ask, running_app, screen_text, told, until

from agent_console.client.link import LinkState
from agent_console.config import load
from agent_console.model.session import Status
from agent_console.paths import config_path
from agent_console.protocol.messages import SetSession, Stop


async def test_one_key_leads_to_each_screen(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        for key, mode in (("u", "usage"), ("a", "activity"), ("b", "board")):
            await pilot.press(key)

            assert app.current_mode == mode


async def test_the_keys_are_told_as_they_are_bound(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        await pilot.press("a", "question_mark")
        await until(pilot, lambda: "Focus the terminal of this event's session" in screen_text(app))
        await pilot.press("escape")

        assert app.current_mode == "activity"
        assert "Focus the terminal" not in screen_text(app)


async def test_each_command_of_the_palette_has_a_name_of_its_own(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        for number in range(3):
            session = f"{number}{number}{number}{number}-id"
            working = SetSession(session_id=session, status=Status.WORKING, working_dir="/p/api")
            await ask(socket, working)
        await until(pilot, lambda: len(app.link.cache.board) == 3)

        names = [command.title for command in app.get_system_commands(app.screen)]

    assert {"Keys", "Session api ·0000", "Jump to api ·2222"} <= set(names)
    assert len(names) == len(set(names))


async def test_what_happens_is_told_in_the_activity(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: "Nothing has happened" in screen_text(app))
        await ask(socket, SetSession(session_id="[red]a", status=Status.QUESTION, reason="plan"))

        await until(pilot, lambda: "new → question: plan" in screen_text(app))


async def test_a_setting_takes_effect_and_is_saved_beside_the_persons_own_words(
    socket: str,
) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text('# mine\n[daemon]\nlog_level = "error"  # quiet\n')
    async with running_app(socket, size=(100, 60)) as (app, pilot):
        await pilot.press("comma")
        await until(pilot, lambda: "Hide closed" in screen_text(app))
        await pilot.click("#closed")
        await until(pilot, lambda: app.config.tui.hide_closed)

    text = config_path().read_text()
    assert text.startswith('# mine\n[daemon]\nlog_level = "error"  # quiet\n')
    assert tomllib.loads(text)["tui"] == {"hide_closed": True}
    assert load().tui.hide_closed


async def test_a_configuration_that_cannot_be_read_stays_as_it_is(socket: str) -> None:
    async with running_app(socket, size=(100, 60)) as (app, pilot):
        config_path().parent.mkdir(parents=True)
        config_path().write_text("no toml")
        await pilot.press("comma")
        await until(pilot, lambda: "Hide closed" in screen_text(app))
        await pilot.click("#closed")
        await until(pilot, lambda: any("is left as it is" in each for each in told(app)))

    assert config_path().read_text() == "no toml"


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_the_daemons_restart_is_survived(scratch_home: object, how: str) -> None:
    path = f"{scratch_home}/run/s"
    with real_daemon(path) as first:
        async with running_app(path) as (app, pilot):
            await ask(path, SetSession(session_id="a", status=Status.QUESTION))
            await until(pilot, lambda: "? 1 question" in screen_text(app))
            if how == "stopped":
                await ask(path, Stop(force=True))
            else:
                first.kill()
            await until(pilot, lambda: app.link.state is LinkState.RECONNECTING)
            await until(pilot, lambda: "reconnecting" in screen_text(app))
            assert "? 1 question" in screen_text(app)
            assert app.screen.has_class("-stale")
            first.wait()
            with real_daemon(path):
                await until(pilot, lambda: app.link.state is LinkState.CONNECTED)
                await until(pilot, lambda: "reconnecting" not in screen_text(app))
                assert not app.screen.has_class("-stale")
