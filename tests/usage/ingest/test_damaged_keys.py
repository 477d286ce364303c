"""A row whose key is damaged is told again by its transcript, once."""

import shutil
from pathlib import Path

import pytest
from tests.usage.asking import query, sums_that_differ
from tests.usage.ingest.bringing import bring, total
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, append, write

from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest.reindex import reindex
from agent_console.usage.maintenance.repair import repair

TOOK_OUT = (
    "Took out 1 responses with damaged keys; the next `agent-console ingest` reads 1 transcripts "
    "that tell them."
)

DAMAGES = pytest.mark.parametrize(
    "change",
    [
        "key = key || '~'",
        "key_hash = key_hash + 1",
        "key = CAST(x'6dff' AS TEXT)",
        (
            "key = (SELECT key FROM messages WHERE message_no = 1), "
            "key_hash = (SELECT key_hash FROM messages WHERE message_no = 1)"
        ),
    ],
)


def rows(database: Path) -> list[tuple[object, ...]]:
    return query(
        database,
        "SELECT key, key_hash, session_id, at_ms, input_tokens, output_tokens "
        "FROM (SELECT key, key_hash, session_no, at_ms, input_tokens, output_tokens FROM messages) "
        "JOIN (SELECT session_no, session_id FROM sessions) USING (session_no) ORDER BY key",
    )


@DAMAGES
def test_it_is_taken_out_and_read_again(database: Path, session: Path, change: str) -> None:
    write(session, answer("m1"), answer("m2"), answer("m3"))
    bring(database)
    before = rows(database), total(database)
    query(database, f"UPDATE messages SET {change} WHERE message_no = 2")

    told = repair(database)

    assert "damaged keys; the next `agent-console ingest` reads 1 transcripts" in told[0]
    assert sums_that_differ(database) == []
    bring(database)
    assert (rows(database), total(database)) == before
    assert repair(database) == []
    reindex(database, PricesConfig())
    assert (rows(database), total(database)) == before


def test_a_copy_of_the_transcript_tells_it_when_the_file_itself_is_read_no_more(
    database: Path, session: Path, scratch_home: Path
) -> None:
    write(session, answer("m1"), answer("m2"))
    bring(database)
    before = total(database)
    elsewhere = scratch_home / "old" / f"{SESSION}.jsonl"
    elsewhere.parent.mkdir()
    query(database, "UPDATE sources SET path = ?", str(elsewhere))
    shutil.copy(session, elsewhere)
    bring(database)
    query(database, "UPDATE messages SET key = key || '~' WHERE message_no = 2")

    assert repair(database)[0] == TOOK_OUT
    bring(database)
    assert total(database) == before
    reindex(database, PricesConfig())
    assert total(database) == before


def test_it_is_kept_when_its_transcript_is_gone(database: Path, session: Path) -> None:
    write(session, answer("m1"), answer("m2"))
    bring(database)
    before = total(database)
    session.unlink()
    query(database, "UPDATE messages SET key = key || '~' WHERE message_no = 2")

    assert repair(database) == [
        "Kept 1 responses with damaged keys, which no transcript tells again."
    ]
    bring(database)
    assert total(database) == before


def damage_last(database: Path) -> None:
    query(
        database,
        "UPDATE messages SET key = key || '~' WHERE message_no = (SELECT max(message_no) "
        "FROM messages)",
    )


def test_one_that_follows_from_a_total_is_made_again(database: Path, session: Path) -> None:
    used = {"inputTokens": 10, "outputTokens": 500}
    write(session, answer("m1"), {"type": "cost-state", "modelUsage": {"claude-opus-5": used}})
    bring(database)
    before = rows(database), total(database)
    damage_last(database)

    assert repair(database)[0] == (
        "Made rows with damaged keys again from the totals of 1 sessions."
    )

    assert (rows(database), total(database)) == before
    append(session, answer("m2", timestamp="2026-12-01T12:00:00.000Z"))
    bring(database)
    assert total(database) == (20, 600, 0, 0)


def test_a_transcript_behind_a_linked_folder_tells_it_again(
    database: Path, session: Path, scratch_home: Path
) -> None:
    elsewhere = scratch_home / "elsewhere"
    session.parent.rename(elsewhere)
    session.parent.symlink_to(elsewhere)
    write(elsewhere / session.name, answer("m1"), answer("m2"))
    bring(database)
    damage_last(database)

    assert repair(database)[0] == TOOK_OUT

    bring(database)
    assert total(database) == (20, 200, 0, 0)


def test_another_session_tells_again_what_its_own_transcript_cannot(
    database: Path, session: Path
) -> None:
    other = session.with_name(f"{OTHER}.jsonl")
    write(session, answer("m1", timestamp="2026-01-01T12:00:00.000Z"))
    write(
        other,
        answer("m1", sessionId=OTHER, timestamp="2026-01-01T12:00:00.000Z"),
        answer("m2", sessionId=OTHER, timestamp="2026-01-01T12:09:00.000Z"),
    )
    bring(database)
    session.unlink()
    bring(database)
    query(database, "UPDATE messages SET key = 'm1~' WHERE key = 'm1'")

    assert repair(database)[0] == TOOK_OUT

    bring(database)
    reindex(database, PricesConfig())
    assert total(database) == (20, 200, 0, 0)
