"""The figures of `db stats`."""

from pathlib import Path

from tests.usage.asking import query

from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.backups import backup_if_due
from agent_console.usage.maintenance.stats import SourceStats, stats
from agent_console.usage.maintenance.vacuum import vacuum

NOON_MS = 1_795_176_000_000


def test_figures_are_those_of_the_tables(database: Path) -> None:
    backup_if_due(database, NOON_MS)
    query(
        database,
        "INSERT INTO sources (path, device, inode, offset_bytes, mtime_ns, size_bytes, head_hash, "
        "tail_hash, lines, bad_lines, user_messages, api_errors, cost_states, status) VALUES "
        "('/a', 1, 1, 0, 0, 0, 0, 0, 10, 1, 0, 0, 0, 1), "
        "('/b', 1, 2, 0, 0, 0, 0, 0, 20, 2, 0, 0, 0, 1), "
        "('/c', 1, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 3)",
    )
    figures = stats(database)

    assert figures.messages == 300
    assert figures.sessions == 13
    assert figures.projects == 20
    assert query(database, "SELECT min(at_ms), max(at_ms) FROM messages") == [
        (figures.first_message_ms, figures.last_message_ms)
    ]
    assert query(
        database,
        "SELECT sum(input_tokens + output_tokens + cache_write_5m_tokens + cache_write_1h_tokens "
        "+ cache_read_tokens) FROM usage_by_time",
    ) == [(figures.total_tokens,)]
    assert figures.sources == [SourceStats("read", 2, 30, 3), SourceStats("gone", 1, 5, 0)]
    assert [backup.is_daily for backup in figures.backups] == [True]
    rows = {table.name: table.rows for table in figures.tables}
    assert rows["messages"] == 300
    sizes = [table.size_bytes for table in figures.tables]
    if None not in sizes:
        assert sum(size or 0 for size in sizes) <= figures.size_bytes


def test_an_empty_ledger_has_figures_too(scratch_home: Path) -> None:
    open_database(scratch_home / "new.db").close()
    figures = stats(scratch_home / "new.db")
    assert (figures.messages, figures.total_tokens, figures.first_message_ms) == (0, 0, None)


def test_vacuum_gives_space_back_beside_an_open_connection(database: Path) -> None:
    query(database, "CREATE TABLE large (it)")
    query(database, "INSERT INTO large VALUES (zeroblob(5000000))")
    query(database, "DROP TABLE large")
    open_one = open_database(database)
    assert stats(database).free_bytes > 4_000_000

    done = vacuum(database)

    assert done.before_bytes - done.after_bytes > 4_000_000
    assert stats(database).free_bytes == 0
    assert open_one.execute("SELECT count(*) FROM messages").fetchone() == (300,)
    open_one.close()
