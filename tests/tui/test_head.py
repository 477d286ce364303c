"""The line above every screen."""

import pytest
from tests.tui.running_app import ask, running_app, screen_text, until

from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession


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

        assert "today $0.00" in screen_text(app).splitlines()[0]
