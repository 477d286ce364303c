"""Answers are read once for as long as nothing is written."""

from pathlib import Path

import anyio
import pytest

from agent_console.usage.reports.request import Request
from agent_console.web.asking.answers import KEPT, Answers, question_of

MINUTE_MS = 60_000
NOON_MS = 1_795_003_200_000


class Reader:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.count = 0
        self.may_answer = anyio.Event()

    async def read(self) -> int:
        self.count += 1
        await self.may_answer.wait()
        return self.count

    async def read_now(self) -> int:
        self.may_answer.set()
        return await self.read()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.db"
    path.write_bytes(b"1")
    return path


async def test_nothing_is_read_twice_until_something_is_written(database: Path) -> None:
    reader, answers = Reader(), Answers(str(database))
    seen = [await answers.get("a", reader.read_now) for _ in range(3)]
    (database.parent / "metrics.db-wal").write_bytes(b"more")
    after = await answers.get("a", reader.read_now)

    assert (seen, after) == ([1, 1, 1], 2)


async def test_another_question_has_another_answer(database: Path) -> None:
    reader, answers = Reader(), Answers(str(database))

    assert await answers.get("a", reader.read_now) == 1
    assert await answers.get("b", reader.read_now) == 2


async def test_who_asks_meanwhile_waits_for_the_same_answer(database: Path) -> None:
    reader, answers = Reader(), Answers(str(database))
    seen: list[int] = []

    async def ask() -> None:
        seen.append(await answers.get("a", reader.read))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        reader.may_answer.set()

    assert seen == [1, 1, 1]


async def test_what_went_wrong_is_not_kept(database: Path) -> None:
    answers = Answers(str(database))

    async def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await answers.get("a", fail)

    assert await answers.get("a", Reader().read_now) == 1


async def test_only_the_latest_answers_are_kept(database: Path) -> None:
    reader, answers = Reader(), Answers(str(database))
    for number in range(KEPT + 1):
        await answers.get(number, reader.read_now)

    assert await answers.get(KEPT, reader.read_now) == KEPT + 1
    assert await answers.get(0, reader.read_now) == KEPT + 2


def test_a_question_is_its_words_and_its_quarter_of_an_hour() -> None:
    def ask(at_ms: int = NOON_MS, **given: str) -> object:
        return question_of(Request("daily", given, "", at_ms))

    assert ask() == ask(NOON_MS + MINUTE_MS)
    assert ask() != ask(NOON_MS + 15 * MINUTE_MS)
    assert ask() != ask(project="shop")
    assert ask(model="opus") != ask(model="haiku")
    assert ask(timezone="Europe/Berlin") != ask(timezone="Asia/Kolkata")
