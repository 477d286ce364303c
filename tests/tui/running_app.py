"""The app as tests drive it: on a real daemon and a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from textual.pilot import Pilot

from agent_console.client.asynchronous import AsyncClient
from agent_console.client.link import LinkState
from agent_console.config import Config
from agent_console.tui.app import ConsoleApp

DEADLINE_SECONDS = 20


@asynccontextmanager
async def running_app(
    socket: str,
    *,
    size: tuple[int, int] = (120, 30),
    config: Config | None = None,
    start: bool = False,
) -> AsyncGenerator[tuple[ConsoleApp, Pilot[None]]]:
    """The app, connected."""
    app = ConsoleApp(socket, start=start, config=config or Config())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.link.state is LinkState.CONNECTED)
        yield app, pilot


async def until(pilot: Pilot[None], holds: Any) -> None:
    """Let the app work until something holds.

    Raises:
        TimeoutError: It does not in time.
    """
    with anyio.fail_after(DEADLINE_SECONDS):
        while not holds():
            await pilot.pause(0.01)


async def ask(socket: str, *requests: Any) -> list[Any]:
    """What the daemon answers to these requests."""
    async with AsyncClient(socket) as client:
        return [await client.request(request) for request in requests]


def screen_text(app: ConsoleApp) -> str:
    """What stands on the screen, line by line, as a person reads it."""
    width = app.size.width
    lines = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage]
    return "\n".join(line.text.rstrip()[:width] for line in lines)


def told(app: ConsoleApp) -> list[str]:
    """What the app has told in its corner."""
    return [each.message for each in app._notifications]  # pyright: ignore[reportPrivateUsage]
