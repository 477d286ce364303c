"""What readers find is taken in portions, and none of it is lost on the way."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from tests.usage.asking import query
from tests.usage.ingest.transcripts import answer, read, write

from agent_console.usage.ingest import importer, reading_files
from agent_console.usage.ingest.importer import Imported, Importer
from agent_console.usage.ingest.read_jobs import ReadBatch, ReaderLostError
from agent_console.usage.writing.ledger import Ledger


def test_what_came_before_a_process_was_lost_is_taken(
    ledger: Ledger, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(session, answer("msg_1"))

    def lost(*_: Any, **__: Any) -> Iterator[ReadBatch]:
        yield ReadBatch([read(file)], jobs_done=1)
        raise ReaderLostError("Run it again.")

    monkeypatch.setattr(importer, "read_files", lost)
    with pytest.raises(ReaderLostError):
        Importer(ledger, lambda _taken, _imported: None).run([file])
    assert query(ledger.path, "SELECT key FROM messages") == [("msg_1",)]


@pytest.mark.parametrize("worth_it", [1, 2])
def test_while_nothing_comes_what_came_is_taken_if_it_is_enough(
    ledger: Ledger, session: Any, monkeypatch: pytest.MonkeyPatch, worth_it: int
) -> None:
    files = [write(session.with_name(f"{n}.jsonl"), answer(f"msg_{n}")) for n in range(2)]
    taken_meanwhile: list[Any] = []

    def slow(*_: Any, **__: Any) -> Iterator[ReadBatch]:
        yield ReadBatch([read(files[0])], jobs_done=1)
        yield ReadBatch()
        taken_meanwhile.extend(query(ledger.path, "SELECT key FROM messages"))
        yield ReadBatch([read(files[1])], jobs_done=1)

    monkeypatch.setattr(importer, "read_files", slow)
    monkeypatch.setattr(importer, "_PORTION_WORTH_IT", worth_it)
    Importer(ledger, lambda _taken, _imported: None).run(files)
    assert taken_meanwhile == ([("msg_0",)] if worth_it == 1 else [])
    assert len(query(ledger.path, "SELECT key FROM messages")) == 2


def test_batches_are_taken_together_up_to_a_limit(
    ledger: Ledger, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "_PORTION_RESPONSES", 4)
    files = [
        write(session.with_name(f"{number}.jsonl"), answer(f"{number}a"), answer(f"{number}b"))
        for number in range(5)
    ]

    def one_by_one(*_: Any, **__: Any) -> Iterator[ReadBatch]:
        for file in files:
            yield ReadBatch([read(file)], jobs_done=1)

    monkeypatch.setattr(importer, "read_files", one_by_one)
    told: list[int] = []

    def taken(_: Any, imported: Imported) -> None:
        told.append(imported.responses)

    Importer(ledger, taken).run(files)
    assert told == [4, 8, 10]


def test_while_much_is_taken_no_foreign_key_is_looked_up_and_no_garbage_collected(
    ledger: Ledger, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(session, answer("msg_1"))
    monkeypatch.setattr(reading_files, "IN_PROCESS_BYTES", 0)
    states: list[tuple[int, bool]] = []

    def note() -> None:
        (looked_up,) = ledger.connection.execute("PRAGMA foreign_keys").fetchone()
        states.append((looked_up, gc.isenabled()))

    def lost(*_: Any, **__: Any) -> Iterator[ReadBatch]:
        yield ReadBatch([read(file)], jobs_done=1)
        note()
        raise ReaderLostError("Run it again.")

    monkeypatch.setattr(importer, "read_files", lost)
    with pytest.raises(ReaderLostError):
        Importer(ledger, lambda _taken, _imported: None).run([file])
    note()
    assert states == [(0, False), (1, True)]
