"""Durable UPSERTs a second, and what a GET costs meanwhile, beside Redis with an append-only file.

    python -m tests.bench.upserts [--quick] [--json FILE]

Rule: both answer only what they keep: `durability = "full"` stands beside `appendfsync always`, the
default `normal` beside `everysec`. All folders lie on the same file system. GETs are asked a
thousand times a second, which is more than many boards do, to see how long they take; and as fast
as they are answered, when they take as much of the processor as they get from the UPSERTs.
"""

import statistics
from contextlib import ExitStack
from typing import NamedTuple

from tests.bench import workloads
from tests.bench.load_generator import Drive, LoadGenerator, finished, load_generator
from tests.bench.servers import (
    Durability,
    Fsync,
    Server,
    redis_is_missing,
    running_daemon,
    running_redis,
)
from tests.bench.tables import (
    Measure,
    Options,
    Row,
    Table,
    Turn,
    load_average,
    requests_per_second,
    row,
    run_topic,
)
from tests.bench.workloads import SESSIONS


class _Case(NamedTuple):
    """What is measured: how durable, and how often a GET is asked; null: without a pause."""

    durability: Durability
    fsync: Fsync
    every_us: int | None


CASES = (
    _Case("normal", "everysec", 1_000),
    _Case("normal", "everysec", None),
    _Case("full", "always", 1_000),
)
CONNECTIONS = 50
STORM_SECONDS = 1.2
REDIS_ANSWER_BYTES = 800


class _Storm(NamedTuple):
    """What GETs took while UPSERTs were written."""

    writes: Measure
    reads: Measure


def measure(options: Options) -> list[Table]:
    """UPSERTs with both durabilities, and GETs during them."""
    missing = redis_is_missing()
    writes: list[Row] = []
    reads: list[Row] = []
    with load_generator() as load:
        for case in CASES:
            with ExitStack() as stack:
                ours = stack.enter_context(running_daemon(durability=case.durability))
                redis = None if missing else stack.enter_context(running_redis(case.fsync))
                for request in workloads.sets()[:SESSIONS]:
                    ours.ask(request)
                asked = "without a pause" if case.every_us is None else "1,000/s"
                against = f"{case.durability}; Redis: {case.fsync}; GETs {asked}"
                storm = _StormMaker(load, options, case.every_us)
                is_default = case.durability == "normal" and case.every_us is not None
                wrote, read = _rows(storm, against, ours, redis, is_default=is_default)
                writes.append(wrote)
                reads.append(read)
    notes = (load_average(), *(() if missing is None else (missing,)))
    return [
        Table("durable UPSERTs, 50 connections", "acknowledged/s", "redis AOF", tuple(writes)),
        Table("GET meanwhile, 1 connection", "requests/s", "redis AOF", tuple(reads), notes),
    ]


def _rows(
    storm: "_StormMaker", against: str, ours: Server, redis: Server | None, *, is_default: bool
) -> tuple[Row, Row]:
    mine: list[_Storm] = []
    others: list[_Storm] = []

    def turn(server: Server, storms: list[_Storm]) -> Turn:
        def take_it() -> Measure:
            storms.append(storm.over(server))
            return storms[-1].writes

        return take_it

    wrote = row(
        against,
        storm.options.rounds,
        turn(ours, mine),
        reference=redis and turn(redis, others),
        target=">= 15,000/s" if is_default else "",
    )
    reads = _median(mine)
    reference = _median(others) if others else None
    read = Row(
        against,
        reads,
        reference,
        None if reference is None else reads.value / reference.value,
        target="p99 < 5 ms" if is_default else "",
    )
    return wrote, read


class _StormMaker(NamedTuple):
    load: LoadGenerator
    options: Options
    every_us: int | None

    def over(self, server: Server) -> _Storm:
        """Upserts from many connections, and GETs from one, at the same time."""
        upserts, gets = workloads.upserts(), workloads.gets()
        if server.framing == "resp":
            stores = workloads.redis_stores(gets, REDIS_ANSWER_BYTES)
            self.load.run(server, stores, Drive(total=len(gets)))
            upserts, gets = workloads.redis_appends(upserts), workloads.redis_gets(gets)
        seconds = 0.5 if self.options.quick else STORM_SECONDS
        write = Drive(CONNECTIONS, seconds=seconds)
        read = Drive(seconds=seconds * 0.9, interval_us=self.every_us)
        with (
            self.load.started(server, upserts, write) as writing,
            self.load.started(server, gets, read) as reading,
        ):
            reads, writes = finished(reading), finished(writing)
        return _Storm(requests_per_second(writes), requests_per_second(reads))


def _median(storms: list[_Storm]) -> Measure:
    return Measure(
        statistics.median(s.reads.value for s in storms),
        statistics.median(s.reads.p50_us or 0 for s in storms),
        statistics.median(s.reads.p99_us or 0 for s in storms),
    )


if __name__ == "__main__":
    run_topic(measure)
