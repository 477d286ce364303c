"""A house with people in it: daemon, dashboard and browser, shared by the tests of a file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct
from tests.client.real_daemon import real_daemon
from tests.scratch import scratch_folder
from tests.web.dashboard import Browser, dashboard
from tests.web.full_house import fill_board, fill_ledger


class House(Struct, frozen=True):
    """Where it is.

    Attributes:
        home: A scratch home.
        socket: The daemon's.
        address: The dashboard's, token included.
    """

    home: Path
    socket: str
    address: str


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    found = Browser()
    yield found
    found.driver.quit()


def _house(*, full: bool) -> Iterator[House]:
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("XDG_", "CLAUDE_", "AGENT_CONSOLE_")):
            del os.environ[name]
    try:
        with scratch_folder() as home:
            os.environ["HOME"] = str(home)
            if full:
                fill_ledger(home)
            socket = f"{home}/run/s"
            with real_daemon(socket), dashboard(socket) as address:
                if full:
                    fill_board(socket)
                yield House(home, socket, address)
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="module")
def house(browser: Browser) -> Iterator[House]:
    """With two months in the ledger and sessions on the board."""
    del browser  # without one nothing needs to be started
    yield from _house(full=True)


@pytest.fixture(scope="module")
def empty_house(browser: Browser) -> Iterator[House]:
    """Nobody has ever worked in it."""
    del browser
    yield from _house(full=False)
