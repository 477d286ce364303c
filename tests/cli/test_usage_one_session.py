"""`agent-console usage session --id`: which messages, in which order, below which head."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.usage_ledger import FIRST, SHOP, SILENT, small_ledger
from tests.usage.reports.ledgers import Ledger

KEYS = ["msg_1", "msg_2", "msg_3", "s:cost-state:1"]
THREE_DEAREST = ["msg_1", "msg_3", "s:cost-state:1"]


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path, noon: None) -> Iterator[Ledger]:
    del noon
    made = small_ledger(scratch_home)
    yield made
    made.connection.close()


def shown(run: Run, *more: str) -> list[str]:
    document = run("usage", "session", "--id", FIRST, "--json", *more).json
    return [entry["messageId"] for entry in document["entries"]]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("--order desc", KEYS[::-1]),
        ("--top 3", THREE_DEAREST),
        ("--top 3 --order asc", THREE_DEAREST),
        ("--top 3 --order desc", THREE_DEAREST[::-1]),
        ("--top 3 --sort date --order desc", THREE_DEAREST[::-1]),
        ("--top 2 --sort cost", ["msg_3", "msg_1"]),
        ("--top 2 --sort cost --order asc", ["msg_1", "msg_3"]),
    ],
)
def test_messages_come_in_the_order_that_is_wanted(run: Run, words: str, keys: list[str]) -> None:
    assert sorted(shown(run, *words.split())) == sorted(keys)
    costs = {key: number for number, key in enumerate(keys)}
    assert [costs[key] for key in shown(run, *words.split())] == [*range(len(keys))]


def test_a_table_is_turned_round_too(run: Run) -> None:
    words = ("usage", "session", "--id", FIRST)
    upwards, downwards = (
        [line for line in run(*words, *more).out.splitlines() if line.startswith("2026-")]
        for more in ((), ("--order", "desc"))
    )
    assert len({line[:19] for line in upwards}) == 3
    assert [line[:19] for line in downwards] == [line[:19] for line in upwards[::-1]]


@pytest.mark.parametrize(
    "words", ["--model nobody", "--since 2026-11-21", "--until 2026-11-01", "--project nope"]
)
def test_a_filter_that_takes_no_message_changes_nothing_in_the_head(run: Run, words: str) -> None:
    whole = run("usage", "session", "--id", FIRST)
    done = run("usage", "session", "--id", FIRST, *words.split())
    head = whole.out.splitlines()[:5]
    assert head[1:3] == ["Title     Mend [31m the shop", f"Project   {SHOP}"]
    assert done.code == 0
    assert done.out.splitlines()[:5] == head
    assert "Messages  3 by the user\n\nNo message matches.\n" in done.out
    assert "N/A" not in done.out
    document = run("usage", "session", "--id", FIRST, *words.split(), "--json").json
    assert (document["entries"], document["userMessages"]) == ([], 3)


def test_a_session_without_usage_has_none_whatever_the_filter(run: Run, ledger: Ledger) -> None:
    ledger.connection.execute("UPDATE sources SET user_messages = 2 WHERE path LIKE '%silent%'")
    for more in ((), ("--model", "opus"), ("--since", "2026-11-21")):
        done = run("usage", "session", "--id", SILENT, *more)
        assert "Messages  2 by the user; usage N/A\n" in done.out
        assert "No message matches" not in done.out
