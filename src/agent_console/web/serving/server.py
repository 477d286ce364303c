"""The server: an address, the gate, NiceGUI behind it.

Rule: it prints nothing; whoever starts it is told the address when it can be opened.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import anyio
import uvicorn
from fastapi import FastAPI
from nicegui import app as nicegui_app, ui
from starlette.staticfiles import StaticFiles

from agent_console.config import Config
from agent_console.version import __version__
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.elements.once import quietly
from agent_console.web.exports.downloads import add_downloads
from agent_console.web.overview.overview_cards import ask_overview
from agent_console.web.pages.every_page import add_pages
from agent_console.web.serving.ending import end_in_order
from agent_console.web.serving.gate import Gate
from agent_console.web.serving.listening import Place, listening
from agent_console.web.sessions.session_rows import add_session_rows

ASSETS = Path(__file__).parents[1] / "assets"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def serve(
    daemon: str | None,
    *,
    start: bool,
    place: Place,
    config: Config,
    ready: Callable[[str], None],
) -> None:
    """Serve the dashboard until the process is asked to end.

    Args:
        daemon: The daemon's socket, when it is not the usual one.
        start: Start a daemon when there is none.
        place: Where to listen.
        config: The person's settings.
        ready: Called with the address, token included, when it can be opened.

    Raises:
        AgentConsoleError: It cannot be listened there.
    """
    end_in_order()
    with listening(place) as found:
        gate = Gate(
            _application(daemon, start=start, config=config),
            found.port,
            anywhere=found.anywhere,
            url=place.url,
        )
        settings = uvicorn.Config(
            gate,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # nobody's word for where a request comes from is needed
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
        server = _Server(settings, lambda: ready(f"{found.origin}/?token={gate.token}"))
        asyncio.run(server.serve([found.socket]))


def _application(daemon: str | None, *, start: bool, config: Config) -> FastAPI:
    console = Console(daemon, start=start, config=config)

    @asynccontextmanager
    async def following(_: FastAPI) -> AsyncGenerator[None]:
        async with anyio.create_task_group() as tasks:
            await tasks.start(console.run)
            tasks.start_soon(quietly, partial(ask_overview, console, Filters()))  # the first page
            yield
            console.work.cancel()  # its thread would be waited for
            tasks.cancel_scope.cancel()

    application = FastAPI(lifespan=following, openapi_url=None, docs_url=None, redoc_url=None)
    application.mount(f"/assets/{__version__}", StaticFiles(directory=ASSETS), name="assets")
    add_downloads(application, console)
    add_session_rows(application, console)
    add_pages(console)
    nicegui_app.config.socket_io_js_transports = ["websocket"]
    cast("Any", ui).run_with(
        application,
        title="agent-console",
        favicon=ASSETS / "icon.svg",
        language="en-US",
        tailwind=False,
        gzip_middleware_factory=None,  # it never leaves this machine
        show_welcome_message=False,
        reconnect_timeout=10,
    )
    return application
