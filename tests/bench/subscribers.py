"""Notifications a second to 1, 10 and 100 subscribers, beside PUBLISH of redis-server.

    python -m tests.bench.subscribers [--quick] [--json FILE]

Rule: complete messages are counted where they arrive. Ours are SETs that change a status, so each
is also decoded, applied, encoded and answered; Redis publishes as many bytes as a notification has.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from msgspec.structs import replace
from tests.bench import workloads
from tests.bench.load_generator import Drive, Load, LoadGenerator, load_generator
from tests.bench.servers import LOAD_CPU, Server, redis_is_missing, running_daemon, running_redis
from tests.bench.tables import Options, Row, Table, Turn, messages_per_second, row, run_topic
from tests.bench.workloads import SESSIONS

CROWDS = (1, 10, 100)
MESSAGES = 400_000
"""How many messages one turn is about, whatever the number of subscribers."""
MOST_REQUESTS = 20_000
ENVELOPE_BYTES = 20
"""What a notification's line has more than an answer's: its event, seq and epoch, roughly."""


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
        for server in ours:
            load.run(server, workloads.sets(), Drive(pipeline=16, total=2 * SESSIONS))
        unchanged = workloads.sets()[SESSIONS]
        message_bytes = len(ours[0].ask(unchanged)) + ENVELOPE_BYTES
        bench = _Bench(load, options, ours, redis, message_bytes, [])
        rows = [
            bench.row(crowd, pipeline, f"{crowd} subscriber{'s' if crowd > 1 else ''}{suffix}")
            for pipeline, suffix in ((1, ""), (16, ", pipelined 16"))
            for crowd in CROWDS
        ]
        rows += [
            bench.stalled_row(crowd, pipeline) for crowd, pipeline in ((10, 1), (100, 1), (100, 16))
        ]
    notes = (*bench.shortfalls, *(() if missing is None else (missing,)))
    return [Table("notifications", "messages received/s", "redis", tuple(rows), notes)]


class _Bench(NamedTuple):
    load: LoadGenerator
    options: Options
    ours: Sequence[Server]
    redis: Server | None
    message_bytes: int
    shortfalls: list[str]

    def row(self, crowd: int, pipeline: int, name: str) -> Row:
        with_uvloop, without_uvloop = self.ours
        return row(
            name,
            self.options.rounds,
            self._turn(with_uvloop, crowd, pipeline),
            reference=self.redis and self._turn(self.redis, crowd, pipeline),
            without_uvloop=self._turn(without_uvloop, crowd, pipeline),
            target=">= 1.30" if crowd == 100 else "",
        )

    def stalled_row(self, crowd: int, pipeline: int) -> Row:
        """The healthy ones beside one that never reads, held against the healthy ones alone."""
        suffix = f", pipelined {pipeline}" if pipeline > 1 else ""
        measured = row(
            f"{crowd}{suffix}, beside one that never reads",
            self.options.rounds,
            self._turn(self.ours[0], crowd, pipeline, stalled=1),
            reference=self._turn(self.ours[0], crowd, pipeline),
            target="about 1.00",
        )
        return replace(measured, note="reference: ours without it")

    def _turn(self, server: Server, crowd: int, pipeline: int, stalled: int = 0) -> Turn:
        return lambda: messages_per_second(self._publish(server, crowd, pipeline, stalled))

    def _publish(self, server: Server, crowd: int, pipeline: int, stalled: int) -> Load:
        redis = server.framing == "resp"
        messages = MESSAGES // (4 if self.options.quick else 1)
        load = self.load.run(
            server,
            workloads.redis_publishes(self.message_bytes) if redis else workloads.sets(),
            Drive(
                pipeline=pipeline,
                total=min(MOST_REQUESTS, messages // crowd) // (2 * SESSIONS) * 2 * SESSIONS,
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
                f"({who}; {crowd} subscribers, pipelined {pipeline})."
            )
        return load


if __name__ == "__main__":
    run_topic(measure)
