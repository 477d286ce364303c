"""What the daemon holds in memory, and how often it wakes up when there is nothing to do.

    python -m tests.bench.memory [--quick] [--json FILE]

Rule: read from /proc, so it is what the system counts. Each figure comes from a daemon of its own.
"""

import sys
import time
from pathlib import Path

from tests.bench import workloads
from tests.bench.load_generator import Drive, LoadGenerator, load_generator
from tests.bench.servers import Server, redis_is_missing, running_daemon, running_redis
from tests.bench.tables import Measure, Options, Row, Table, run_topic

TRANSITIONS = 50
WATCHED_SECONDS = 5.0
SETTLED_SECONDS = 1.0


def measure(options: Options) -> list[Table]:
    """Memory when idle and with sessions; wake-ups when idle."""
    if sys.platform != "linux":
        print("Skipped: /proc is what this reads, and only Linux has it.")
        sys.exit(0)
    memory: list[Row] = []
    wakeups: list[Row] = []
    redis_bytes = None if redis_is_missing() else _redis_mebibytes()
    with load_generator() as load:
        for uvloop, suffix in ((True, ""), (False, ", without uvloop")):
            with running_daemon(uvloop=uvloop) as daemon:
                time.sleep(SETTLED_SECONDS)
                idle = _rss_mebibytes(daemon)
                memory.append(Row(f"idle{suffix}", Measure(idle), redis_bytes, target="<= 35 MiB"))
                wakeups.append(_wakeups(f"idle{suffix}", daemon, options))
                if uvloop:
                    wakeups.append(_wakeups_with_sessions(load, daemon, options))
        for sessions in (100, 1_000 if options.quick else 10_000):
            memory.append(_added(load, sessions))
    return [
        Table("memory", "MiB resident", "redis, idle", tuple(memory)),
        Table("wake-ups", f"all threads, in {WATCHED_SECONDS:.0f} s", "", tuple(wakeups)),
    ]


def _redis_mebibytes() -> Measure:
    with running_redis() as redis:
        return Measure(_rss_mebibytes(redis))


def _added(load: LoadGenerator, sessions: int) -> Row:
    requests = workloads.sets(sessions=sessions)
    with running_daemon() as daemon:
        time.sleep(SETTLED_SECONDS)
        before = _rss_mebibytes(daemon)
        load.run(daemon, requests, Drive(pipeline=64, total=sessions * (TRANSITIONS + 1)))
        time.sleep(SETTLED_SECONDS)
        added = _rss_mebibytes(daemon) - before
        note = f"{added * 1024 / sessions:.1f} KiB each"
    name = f"added by {sessions:,} sessions of {TRANSITIONS} transitions"
    return Row(name, Measure(added), note=note)


def _wakeups(name: str, daemon: Server, options: Options) -> Row:
    before = _voluntary_switches(daemon)
    seconds = 1.0 if options.quick else WATCHED_SECONDS
    time.sleep(seconds)
    return Row(name, Measure(_voluntary_switches(daemon) - before), target="0")


def _wakeups_with_sessions(load: LoadGenerator, daemon: Server, options: Options) -> Row:
    for request in workloads.sets()[: workloads.SESSIONS]:
        daemon.ask(request)
    time.sleep(SETTLED_SECONDS)
    return _wakeups(f"with {workloads.SESSIONS} working sessions", daemon, options)


def _rss_mebibytes(server: Server) -> float:
    return _field(Path(f"/proc/{server.pid}/status"), "VmRSS") / 1024


def _voluntary_switches(server: Server) -> int:
    tasks = Path(f"/proc/{server.pid}/task").iterdir()
    return sum(_field(task / "status", "voluntary_ctxt_switches") for task in tasks)


def _field(status: Path, name: str) -> int:
    for line in status.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    sys.exit(f"{status} has no {name}.")


if __name__ == "__main__":
    run_topic(measure)
