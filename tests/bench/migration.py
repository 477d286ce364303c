"""How long an old ledger takes to become one of today: 10,000 sessions, promised in 2 minutes.

python -m tests.bench.migration [sessions] [messages]
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.usage.old_ledgers import make_ledger_of_schema_1

from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.check import check


def main() -> None:
    sessions, messages = [int(word) for word in sys.argv[1:]] or [10_000, 500_000]
    with tempfile.TemporaryDirectory(prefix="ac") as folder:
        database = Path(folder) / "metrics.db"
        make_ledger_of_schema_1(database, sessions=sessions, messages=messages)
        size = database.stat().st_size
        started = time.perf_counter()
        open_database(database, tell=print).close()
        took = time.perf_counter() - started
        wrong = [finding for finding in check(database) if not finding.ok]
    print(f"{sessions:,} sessions, {messages:,} messages, {size / 1e6:.0f} MB: {took:.1f} s")
    print(wrong or "all checks passed")


if __name__ == "__main__":
    main()
