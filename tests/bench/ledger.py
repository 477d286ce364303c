"""What the ledger costs beside SQLite itself: rows a second, and a status line's figures.

Run: python tests/bench/ledger.py [rows already there] [--rounds N] [--json FILE]

The reference writes the same columns and indexes with bare `executemany`, in the same batches and
in turn with the ledger, so that both see the same machine.
"""

import argparse
import itertools
import json
import os
import sqlite3
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from agent_console.model.metadata import MetadataUpsert
from agent_console.usage.database.opening import open_database
from agent_console.usage.entries import AddUsage, LedgerRefusal, ReadSpending
from agent_console.usage.rows import Facet
from agent_console.usage.tables.facets import Facets
from agent_console.usage.tables.names import Names
from agent_console.usage.writing.ledger import Ledger

SESSIONS = [str(uuid.uuid4()) for _ in range(50)]
ROUNDS = 12
ROWS_A_ROUND = 4_000
NOW_MS = time.time_ns() // 1_000_000
_times = itertools.count(NOW_MS)


def entries(count: int, *, identified: bool = True) -> list[AddUsage]:
    return [
        AddUsage(
            MetadataUpsert(
                SESSIONS[number % len(SESSIONS)],
                *(10, 20, 30, 40, 0.0123, "claude-opus-5"),
                f"msg_{uuid.uuid4().hex}" if identified else None,
                duration_ms=100,
                turns=1,
            ),
            next(_times),
            on_board=True,
            working_dir=f"/home/me/project-{number % 7}",
        )
        for number in range(count)
    ]


class BareSqlite:
    """The same rows into the same tables, with nothing looked up and no sums."""

    def __init__(self, path: Path) -> None:
        self._connection = open_database(path)
        self._connection.executemany(
            "INSERT INTO sessions (session_no, session_id) VALUES (?, ?)",
            enumerate(SESSIONS, 1),
        )
        self._connection.executemany(
            "INSERT INTO names VALUES (?, ?)",
            [(number, f"/home/me/project-{number - 1}") for number in range(1, 8)],
        )
        names = Names(self._connection)
        facets = Facets(self._connection, names)
        for number in range(7):
            facets.number(Facet(project=f"/home/me/project-{number}", cost_is_reported=True))

    def carry_out(self, batch: list[AddUsage]) -> None:
        rows = [
            (
                number % len(SESSIONS) + 1,
                hash(entry.upsert.message_id),
                entry.upsert.message_id,
                *(entry.at_ms, 2, number % 7 + 1),
                *(10, 20, 30, 0, 40, 12_300_000, 100, 1, False, False),
            )
            for number, entry in enumerate(batch)
        ]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO messages (session_no, key_hash, key, at_ms, source, facet_no, "
            "input_tokens, output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, "
            "cache_read_tokens, reported_nano_usd, duration_ms, turns, set_aside, extra) "
            f"VALUES ({', '.join('?' * 16)})",
            rows,
        )
        self._connection.execute("COMMIT")

    def fill(self, rows: int) -> None:
        while rows > 0:
            self.carry_out(entries(min(rows, 20_000)))
            rows -= 20_000


def rate(write: Callable[[list[AddUsage]], object], batch: int, *, identified: bool) -> float:
    """Rows a second of wall time."""
    work = entries(ROWS_A_ROUND, identified=identified)
    started = time.perf_counter()
    for first in range(0, len(work), batch):
        write(work[first : first + batch])
    return len(work) / (time.perf_counter() - started)


def median(rates: list[float]) -> float:
    return sorted(rates)[len(rates) // 2]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("there", type=int, nargs="?", default=0)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is measured")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    given = parser.parse_args()
    there: int = given.there
    figures: dict[str, object] = {"rows_there": there}
    batches: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="ac-bench") as folder:
        bare = BareSqlite(Path(folder) / "bare.db")
        path = Path(folder) / "ledger.db"
        ledger = Ledger(path)
        if there:
            bare.fill(there)
            for first in range(0, there, 20_000):
                ledger.carry_out(entries(min(20_000, there - first)))
        print(f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, {there:,} rows there")
        print(f"{'batch':>6} {'message ids':>12} {'ledger/s':>10} {'bare/s':>10} {'ratio':>6}")

        def keep(batch: list[AddUsage]) -> None:
            results = ledger.carry_out(batch)
            assert not isinstance(results[-1], LedgerRefusal), results[-1]

        for batch, identified in itertools.product((50, 100, 200), (True, False)):
            pairs = [
                (
                    rate(keep, batch, identified=identified),
                    rate(bare.carry_out, batch, identified=identified),
                )
                for _ in range(given.rounds)
            ]
            ours, theirs = (median(list(rates)) for rates in zip(*pairs, strict=True))
            batches.append(
                {
                    "batch": batch,
                    "message_ids": identified,
                    "ledger_rows_per_s": ours,
                    "bare_rows_per_s": theirs,
                    "ratio": ours / theirs,
                }
            )
            print(
                f"{batch:>6} {'yes' if identified else 'no':>12} {ours:>10,.0f} {theirs:>10,.0f} "
                f"{ours / theirs:>6.2f}"
            )
        figures["batches"] = batches
        figures["beside_a_busy_loop_rows_per_s"] = beside_a_busy_loop(ledger)
        figures["status_line_us"] = status_line(ledger)
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=2))


def beside_a_busy_loop(ledger: Ledger) -> float:
    """The worst that an event loop can do to the journal's thread: never let go by itself."""
    stop = False

    def spin() -> None:
        while not stop:
            sum(range(100))

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    each = rate(ledger.carry_out, 100, identified=True)
    stop = True
    thread.join()
    print(f"beside a thread that never waits, batches of 100: {each:,.0f} rows/s")
    return each


def status_line(ledger: Ledger) -> dict[str, float]:
    at_ms = next(_times)
    medians: dict[str, float] = {}
    for label, before in (("alone", 0), ("after one new row", 1)):
        costs: list[float] = []
        for _ in range(300):
            ledger.carry_out(list(entries(before)) or [ReadSpending(SESSIONS[0], at_ms)])
            started = time.perf_counter()
            ledger.carry_out([ReadSpending(SESSIONS[0], at_ms)])
            costs.append((time.perf_counter() - started) * 1e6)
        medians[label] = median(costs)
        print(f"today and block, {label}: {medians[label]:.0f} µs")
    return medians


if __name__ == "__main__":
    main()
