"""What happened last, and the alerts that wait."""

import pytest
from tests.tui.running_app import ask, running_app, screen_text, told, until

from agent_console.cli.main import main
from agent_console.model.session import Status
from agent_console.protocol.messages import Alerts, SetSession, Upsert

ID = "6384e214-80e7-486c-886b-6d6fec608948"


async def spend(socket: str, usd: float) -> None:
    await ask(
        socket,
        SetSession(session_id=ID, status=Status.WORKING, working_dir="/home/me/shop"),
        Upsert(session_id=ID, cost_usd=usd, output_tokens=1234, message_id=f"m{usd}"),
    )


async def test_usage_is_told_with_its_tokens_and_its_cost(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        await pilot.press("a")
        await spend(socket, 0.05)

        await until(pilot, lambda: "+1,234 tokens $0.05" in screen_text(app))
        assert "shop" in screen_text(app)


async def test_only_one_kind_of_events_can_be_shown(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        await pilot.press("a")
        await spend(socket, 0.05)
        await until(pilot, lambda: "+1,234 tokens" in screen_text(app))
        await pilot.press("f")
        await until(pilot, lambda: "WHAT (status)" in screen_text(app))

        assert "new → working" in screen_text(app)
        assert "+1,234 tokens" not in screen_text(app)


@pytest.mark.parametrize(("key", "words"), [("A", "Taken note of"), ("Z", "Put off for an hour")])
async def test_a_waiting_alert_is_taken_note_of_with_one_key(
    socket: str, key: str, words: str
) -> None:
    assert main(["budget", "set", "10", "--period", "daily"]) == 0
    async with running_app(socket) as (app, pilot):
        await pilot.press("a")
        await spend(socket, 12.0)
        await until(pilot, lambda: "▲ budget" in screen_text(app))
        await pilot.press(key)
        await until(pilot, lambda: any(words in each for each in told(app)))
        await until(pilot, lambda: "▲ budget" not in screen_text(app))

    (waiting,) = await ask(socket, Alerts(unacknowledged=True))
    assert waiting == ()
    (kept,) = await ask(socket, Alerts())
    assert (kept[0].snoozed_until_ms is not None) is (key == "Z")


async def test_one_of_several_alerts_can_be_chosen(socket: str) -> None:
    assert main(["budget", "set", "10", "--period", "daily"]) == 0
    assert main(["budget", "set", "11", "--period", "weekly"]) == 0
    async with running_app(socket) as (app, pilot):
        await pilot.press("a")
        await spend(socket, 12.0)
        await until(pilot, lambda: len(app.alerts) == 2)
        await until(pilot, lambda: screen_text(app).count("▲ budget") == 2)
        app.screen.query_one("#alerts").focus()
        await pilot.press("j", "A")
        await until(pilot, lambda: len(app.alerts) == 1)

    (waiting,) = await ask(socket, Alerts(unacknowledged=True))
    assert len(waiting) == 1


async def test_what_happened_before_anybody_looked_is_there(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        await spend(socket, 0.05)
        await until(pilot, lambda: len(list(app.feed)) > 1)
        await pilot.press("a")

        await until(pilot, lambda: "+1,234 tokens" in screen_text(app))
