"""The line above every screen."""

import pytest
from tests.tui.running_app import ask, running_app, screen_text, until

from agent_console.cli.main import main
from agent_console.model.session import Status
from agent_console.protocol.messages import Acknowledge, SetSession, Upsert

ID = "6384e214-80e7-486c-886b-6d6fec608948"


async def test_the_head_counts_who_needs_somebody(socket: str) -> None:
    await ask(
        socket,
        SetSession(session_id="a", status=Status.QUESTION),
        SetSession(session_id="b", status=Status.WORKING),
        SetSession(session_id="c", status=Status.WORKING),
    )
    async with running_app(socket) as (app, pilot):
        await until(pilot, lambda: "? 1 question" in screen_text(app))

        assert "● 2 working" in screen_text(app)


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
async def test_the_head_is_one_line_at_every_width(socket: str, columns: int) -> None:
    await ask(socket, SetSession(session_id="a", status=Status.QUESTION))
    async with running_app(socket, size=(columns, 20)) as (app, pilot):
        await until(pilot, lambda: "? 1 question" in screen_text(app))

        await until(pilot, lambda: "today $0.00" in screen_text(app).splitlines()[0])


async def test_the_budget_that_is_spent_furthest_stands_there(socket: str) -> None:
    assert main(["budget", "set", "50"]) == 0
    assert main(["budget", "set", "10", "--period", "daily"]) == 0
    await ask(
        socket,
        SetSession(session_id=ID, status=Status.WORKING),
        Upsert(session_id=ID, cost_usd=9.0, output_tokens=10, message_id="m"),
    )
    async with running_app(socket, size=(160, 20)) as (app, pilot):
        await until(pilot, lambda: "daily █████▍ 90% of $10.00" in screen_text(app))

        assert "today $9.00" in screen_text(app)


async def test_alerts_that_wait_are_counted_until_the_person_takes_note(socket: str) -> None:
    assert main(["budget", "set", "10", "--period", "daily"]) == 0
    async with running_app(socket, size=(160, 20)) as (app, pilot):
        await ask(
            socket,
            SetSession(session_id=ID, status=Status.WORKING),
            Upsert(session_id=ID, cost_usd=12.0, output_tokens=10, message_id="m"),
        )
        await until(pilot, lambda: "▲ 1 alert" in screen_text(app))
        await ask(socket, Acknowledge())

        await until(pilot, lambda: "▲" not in screen_text(app))


async def test_alerts_that_waited_before_the_app_was_opened_are_counted(socket: str) -> None:
    assert main(["budget", "set", "10", "--period", "daily"]) == 0
    await ask(
        socket,
        SetSession(session_id=ID, status=Status.WORKING),
        Upsert(session_id=ID, cost_usd=12.0, output_tokens=10, message_id="m"),
    )
    async with running_app(socket, size=(160, 20)) as (app, pilot):
        await until(pilot, lambda: "▲ 1 alert" in screen_text(app))
