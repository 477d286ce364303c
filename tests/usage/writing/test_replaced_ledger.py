"""A ledger that is open goes on in the one that a restore or a recovery puts in its place."""

import os
import sqlite3
from pathlib import Path

import pytest
from tests.usage.asking import query
from tests.usage.maintenance.reading import damage

from agent_console.model.metadata import MetadataUpsert
from agent_console.usage.database.identity import LedgerIdentity, identity
from agent_console.usage.entries import (
    AddUsage,
    KeepUserFields,
    LedgerRefusal,
    ReadTotals,
    TotalsRead,
    UsageAdded,
)
from agent_console.usage.ingest.catch_up import catch_up
from agent_console.usage.maintenance.backup_to_file import backup_to_file
from agent_console.usage.maintenance.recover import recover
from agent_console.usage.maintenance.restore import restore
from agent_console.usage.writing import present_ledger
from agent_console.usage.writing.ledger import Ledger

SESSION = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
NOON_MS = 1_795_176_000_000


def add(key: str, tokens: int, session_id: str = SESSION, model: str = "m") -> AddUsage:
    upsert = MetadataUpsert(session_id, input_tokens=tokens, message_id=key, model=model)
    return AddUsage(upsert, NOON_MS, on_board=True, working_dir=f"/{model}")


def total(ledger: Ledger, session_id: str = SESSION) -> int | None:
    (answer,) = ledger.carry_out([ReadTotals(session_id)])
    assert isinstance(answer, TotalsRead)
    return None if answer.totals is None else answer.totals.total_input_tokens


@pytest.fixture
def backup(ledger: Ledger, scratch_home: Path) -> Path:
    """A backup; since then the ledger has got more rows, names and facets."""
    ledger.carry_out([add("a", 1), KeepUserFields(SESSION, label="old")])
    path = scratch_home / "backup.db"
    backup_to_file(ledger.path, path)
    ledger.carry_out([add("b", 10, model="newer"), add("c", 100, OTHER, "newest")])
    ledger.carry_out([KeepUserFields(SESSION, label="new")])
    return path


def test_after_a_restore_it_tells_what_was_restored(ledger: Ledger, backup: Path) -> None:
    before = ledger.identity
    assert total(ledger) == 11

    restore(ledger.path, backup, NOON_MS)

    assert total(ledger) == 1
    assert total(ledger, OTHER) is None
    assert ledger.identity != before
    assert ledger.load_user_fields() == [KeepUserFields(SESSION, "old", 0, None)]


def test_names_and_facets_of_before_are_not_used_in_the_restored_one(
    ledger: Ledger, backup: Path
) -> None:
    restore(ledger.path, backup, NOON_MS)

    ledger.carry_out([add("d", 1_000, model="newest"), add("b", 10, model="other")])

    rows = query(
        ledger.path,
        "SELECT key, project.name, model.name FROM messages JOIN facets USING (facet_no) "
        "JOIN names AS project ON project.name_no = project_no "
        "JOIN names AS model ON model.name_no = model_no ORDER BY key",
    )
    assert rows == [("a", "/m", "m"), ("b", "/other", "other"), ("d", "/newest", "newest")]
    assert query(ledger.path, "PRAGMA foreign_key_check") == []


def test_a_look_that_failed_after_a_restore_is_made_again(
    ledger: Ledger, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    restore(ledger.path, backup, NOON_MS)
    with monkeypatch.context() as broken:
        broken.setattr(present_ledger, "identity", fail)
        (refused,) = ledger.carry_out([add("d", 1_000, model="newest")])
    assert isinstance(refused, LedgerRefusal)
    before = ledger.identity

    assert total(ledger) == 1

    assert ledger.identity != before


def test_a_look_at_the_content_is_made_only_when_another_connection_has_committed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []

    def counted(path: Path, connection: sqlite3.Connection) -> LedgerIdentity:
        looks.append(path)
        return identity(path, connection)

    monkeypatch.setattr(present_ledger, "identity", counted)
    for number in range(3):
        ledger.carry_out([add(f"a{number}", 1)])
    assert len(looks) == 1
    other = Ledger(ledger.path)
    other.carry_out([add("b", 10)])
    other.close()
    looks.clear()

    assert total(ledger) == 13

    assert looks == [ledger.path]


def test_a_damaged_file_that_was_moved_aside_gets_nothing_more(
    ledger: Ledger, backup: Path
) -> None:
    os.mkdir(ledger.path.parent / "backups")
    backup.rename(ledger.path.parent / "backups" / "metrics-20261119-schema2.db")
    damage(ledger.path, "messages")
    done = recover(ledger.path, NOON_MS)
    assert done.backup is not None

    (added,) = ledger.carry_out([add("d", 1_000)])

    assert isinstance(added, UsageAdded)
    assert added.totals.total_input_tokens == 1_001
    assert query(ledger.path, "SELECT key FROM messages ORDER BY key") == [("a",), ("d",)]


def test_what_is_committed_to_a_file_taken_away_meanwhile_is_written_again(
    ledger: Ledger, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Ledger._apply  # pyright: ignore[reportPrivateUsage]
    moved = scratch_home / "moved.db"

    def take_away(self: Ledger, *arguments: object) -> object:
        if not moved.exists():
            self.path.rename(moved)
        return real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "_apply", take_away)

    (added,) = ledger.carry_out([add("a", 1)])

    assert isinstance(added, UsageAdded)
    assert query(ledger.path, "SELECT key FROM messages") == [("a",)]


def test_while_nothing_can_be_opened_in_its_place_everything_is_refused_as_retryable(
    ledger: Ledger,
) -> None:
    ledger.path.unlink()
    os.mkdir(ledger.path)

    (refused,) = ledger.carry_out([add("a", 1)])
    assert isinstance(refused, LedgerRefusal)
    assert refused.retryable

    os.rmdir(ledger.path)
    assert isinstance(ledger.carry_out([add("a", 1)])[0], UsageAdded)


def test_transcripts_are_read_into_the_ledger_that_is_there_now(
    ledger: Ledger, scratch_home: Path
) -> None:
    folder = scratch_home / ".claude" / "projects" / "-p"
    folder.mkdir(parents=True)
    transcript = folder / f"{SESSION}.jsonl"
    transcript.write_text(
        '{"type":"assistant","timestamp":"2026-11-20T12:00:00.000Z","uuid":"u",'
        f'"sessionId":"{SESSION}","message":{{"id":"msg_1","role":"assistant","model":"m",'
        '"content":[],"usage":{"input_tokens":5,"output_tokens":1}}}\n'
    )
    dirs = [scratch_home / ".claude"]
    assert catch_up(ledger, config_dirs=dirs).responses == 1
    ledger.path.rename(scratch_home / "moved.db")

    assert catch_up(ledger, config_dirs=dirs).responses == 1

    assert query(ledger.path, "SELECT key FROM messages") == [("msg_1",)]
