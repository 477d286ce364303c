"""Pages of the sessions come at once and are those of the report."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from tests.cli.usage_ledger import FIRST, FORK, SILENT, small_ledger
from tests.usage.reports.ledgers import NOON_MS, OPUS, Ledger, Message

from agent_console.board.session_index import Ask, SortBy
from agent_console.config import Config
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.sessions import session_pages
from agent_console.web.sessions.session_pages import SessionPages

BY_COST = Ask(sort=[SortBy("cost")])


@asynccontextmanager
async def following(home: Path) -> AsyncGenerator[SessionPages]:
    console = Console(f"{home}/none", start=False, config=Config())
    async with anyio.create_task_group() as tasks:
        await tasks.start(console.run)
        yield SessionPages(console)
        tasks.cancel_scope.cancel()


@pytest.fixture
def ledger(scratch_home: Path) -> Path:
    small_ledger(scratch_home).connection.close()
    return scratch_home


async def test_the_first_page_is_of_the_latest(ledger: Path) -> None:
    async with following(ledger) as pages:
        rows, count = await pages.page(Filters(), Ask(end=2))

    assert [row["id"] for row in rows] == [FORK, FIRST]
    assert count == 3
    assert rows[0]["branch"] == "fix"


@pytest.mark.parametrize("many", [5_000, 0])
async def test_the_costliest_come_first_by_whatever_process(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(session_pages, "MANY", many)
    async with following(ledger) as pages:
        rows, count = await pages.page(Filters(), BY_COST)
        second, _ = await pages.page(Filters(), Ask(start=1, end=2, sort=BY_COST.sort))

    assert [row["id"] for row in rows] == [FIRST, FORK, SILENT]
    assert [row["id"] for row in second] == [FORK]
    assert count == 3


async def test_what_is_written_comes_into_the_pages(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_pages, "FRESH_SECONDS", 0)
    monkeypatch.setattr(session_pages, "STALE_SECONDS", 0)
    async with following(ledger) as pages:
        before, _ = await pages.page(Filters(), BY_COST)
        again = Ledger(ledger / ".local/share/agent-console/metrics.db")
        again.fill([Message(NOON_MS, SILENT, model=OPUS, key="new", output_tokens=10**7)])
        again.connection.close()
        with anyio.fail_after(20):
            while (await pages.page(Filters(), BY_COST))[0][0]["id"] != SILENT:
                await anyio.lowlevel.checkpoint()

    assert before[0]["id"] == FIRST
