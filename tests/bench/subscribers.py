"""Notifications a second to 1, 10 and 100 subscribers, beside PUBLISH of redis-server.

    python -m tests.bench.subscribers [--quick] [--json FILE]

Rule: complete messages are counted where they arrive, and dated from the request that caused them.
Ours are SETs that change a status, so each is also decoded, applied, encoded and answered; Redis
publishes as many bytes as a notification has.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from msgspec.structs import replace
from tests.bench import workloads
from tests.bench.load_generator import Drive, Load, LoadGenerator, load_generator
from tests.bench.servers import LOAD_CPU, Server, redis_is_missing, running_daemon, running_redis
from tests.bench.tables import (
    Options,
    Row,
    Table,
    Turn,
    load_average,
    messages_per_second,
    row,
    run_topic,
)
from tests.bench.workloads import SESSIONS

SHAPES = ((1, 1), (1, 16), (50, 1))
"""How many publish, and how many requests each of them sends at once."""
CROWDS = (1, 10, 100)
MESSAGES = 400_000
"""How many messages one turn is about, whatever the number of subscribers."""
MOST_REQUESTS = 20_000


def measure(options: Options) -> list[Table]:
    """Fan-out, alone and beside a subscriber that never reads."""
    missing = redis_is_missing()
    with ExitStack() as stack:
        load = stack.enter_context(load_generator(LOAD_CPU))
        ours = [
            stack.enter_context(running_daemon()),
            stack.enter_context(running_daemon(uvloop=False)),
        ]
        redis = None if missing else stack.enter_context(running_redis())
        for server in (*ours, *([redis] if redis else [])):
            server.keep_to_its_cpu()
        told = workloads.SUBSCRIBE + workloads.sets()[0]  # two answers, then the notification
        message_bytes = len(ours[0].ask(told, answers=3))
        bench = _Bench(load, options, ours, redis, message_bytes, [])
        rows = [bench.row(shape, crowd) for shape in SHAPES for crowd in CROWDS]
        rows += [bench.stalled_row(shape, 100) for shape in SHAPES]
    notes = (load_average(), *bench.shortfalls, *(() if missing is None else (missing,)))
    return [Table("notifications", "messages received/s", "redis", tuple(rows), notes)]


class _Bench(NamedTuple):
    load: LoadGenerator
    options: Options
    ours: Sequence[Server]
    redis: Server | None
    message_bytes: int
    shortfalls: list[str]

    def row(self, shape: tuple[int, int], crowd: int) -> Row:
        with_uvloop, without_uvloop = self.ours
        return row(
            _name(shape, crowd),
            self.options.rounds,
            self._turn(with_uvloop, shape, crowd),
            reference=self.redis and self._turn(self.redis, shape, crowd),
            without_uvloop=self._turn(without_uvloop, shape, crowd),
            target=">= 1.30" if crowd == 100 else "",
        )

    def stalled_row(self, shape: tuple[int, int], crowd: int) -> Row:
        """The healthy ones beside one that never reads, held against the healthy ones alone."""
        measured = row(
            f"{_name(shape, crowd)}, beside one that never reads",
            self.options.rounds,
            self._turn(self.ours[0], shape, crowd, stalled=1),
            reference=self._turn(self.ours[0], shape, crowd),
            target="about 1.00",
        )
        return replace(measured, note="reference: ours without it")

    def _turn(self, server: Server, shape: tuple[int, int], crowd: int, stalled: int = 0) -> Turn:
        return lambda: messages_per_second(self._publish(server, shape, crowd, stalled))

    def _publish(self, server: Server, shape: tuple[int, int], crowd: int, stalled: int) -> Load:
        redis = server.framing == "resp"
        publishers, pipeline = shape
        sets = workloads.sets(publishers)
        if not redis:  # every SET that is measured shall change a status
            rest = workloads.sets()[SESSIONS:]
            self.load.run(server, rest, Drive(pipeline=16, total=SESSIONS))
        messages = MESSAGES // (4 if self.options.quick else 1)
        load = self.load.run(
            server,
            workloads.redis_publishes(self.message_bytes) * publishers if redis else sets,
            Drive(
                publishers,
                pipeline,
                total=min(MOST_REQUESTS, messages // crowd),
                seconds=self.options.seconds,
                subscription=workloads.REDIS_SUBSCRIBE if redis else workloads.SUBSCRIBE,
                subscribers=crowd,
                stalled=stalled,
            ),
        )
        lost = load.expected_messages - load.messages
        if lost:
            who = "redis" if redis else "ours, conflated"
            self.shortfalls.append(
                f"{lost:,} of {load.expected_messages:,} messages did not come one by one "
                f"({who}; {_name(shape, crowd)})."
            )
        return load


def _name(shape: tuple[int, int], crowd: int) -> str:
    publishers, pipeline = shape
    name = f"{publishers} to {crowd} subscriber{'s' if crowd > 1 else ''}"
    return f"{name}, pipelined {pipeline}" if pipeline > 1 else name


if __name__ == "__main__":
    run_topic(measure)
