"""Requests a second through the socket, SET and GET, beside redis-server.

    python -m tests.bench.socket_throughput [--quick] [--json FILE]

Rule: GET is measured with a short history, as a session of the day has, and with a full one, which
is what a client asks for at most; SET always with a full one, because it must not cost anything.
SET stands beside two references: the one that does least, and the one that answers as much.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from msgspec.structs import replace
from tests.bench import workloads
from tests.bench.load_generator import Drive, LoadGenerator, load_generator
from tests.bench.servers import LOAD_CPU, Server, redis_is_missing, running_daemon, running_redis
from tests.bench.tables import (
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

SHAPES = ((1, 1), (50, 1), (1, 16), (50, 16))
"""Connections, and requests each of them sends at once."""
TARGETS = {(1, 1): ">= 1.00", (50, 1): ">= 0.45", (50, 16): ">= 0.35"}
SHORT, FULL = 1, 2
"""Families of sessions: with two transitions, and with as many as are kept."""


def measure(options: Options) -> list[Table]:
    """SET and GET in every shape."""
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
            load.run(server, workloads.sets(family=SHORT), Drive(pipeline=16, total=3 * SESSIONS))
            load.run(server, workloads.sets(family=FULL), Drive(pipeline=16, total=52 * SESSIONS))
        bench = _Bench(load, options, ours, redis)
        rows = [
            bench.row(f"SET, {_name(shape)}", shape, TARGETS.get(shape, ""), FULL)
            for shape in SHAPES
        ]
        answer_bytes = len(ours[0].ask(workloads.sets(family=FULL)[0]))
        rows += [
            bench.row(f"SET, {_name(shape)}", shape, "", FULL, exchanged_bytes=answer_bytes)
            for shape in SHAPES
        ]
        rows += [
            bench.row(
                f"SET that changes nothing, {_name(shape)}",
                shape,
                TARGETS.get(shape, ""),
                FULL,
                statuses=1,
            )
            for shape in SHAPES
        ]
        for family, history in ((SHORT, ""), (FULL, " of 50 transitions")):
            gets = workloads.gets(family=family)
            if redis is not None:
                answer_bytes = len(ours[0].ask(gets[0]))
                stores = workloads.redis_stores(gets, answer_bytes)
                load.run(redis, stores, Drive(total=SESSIONS))
            for shape in SHAPES:
                target = TARGETS.get(shape, "") if family == SHORT else ""
                rows.append(bench.row(f"GET{history}, {_name(shape)}", shape, target, gets))
    notes = (load_average(), *(() if missing is None else (missing,)))
    return [Table("socket", "requests/s", "redis", tuple(rows), notes)]


def _name(shape: tuple[int, int]) -> str:
    connections, pipeline = shape
    name = f"{connections} connection{'s' if connections > 1 else ''}"
    return f"{name}, pipelined {pipeline}" if pipeline > 1 else name


class _Bench(NamedTuple):
    load: LoadGenerator
    options: Options
    ours: Sequence[Server]
    redis: Server | None

    def row(
        self,
        name: str,
        shape: tuple[int, int],
        target: str,
        asked: list[bytes] | int,
        *,
        statuses: int = 2,
        exchanged_bytes: int = 0,
    ) -> Row:
        """One shape of load; `asked` is a family to SET, or GETs.

        With `exchanged_bytes` Redis stores a value of that size and answers the one before.
        """
        note = ""
        if isinstance(asked, int):
            requests = workloads.sets(shape[0], family=asked, statuses=statuses)
            redis_requests = workloads.redis_sets(requests)
            if exchanged_bytes:
                redis_requests = workloads.redis_exchanges(requests, exchanged_bytes)
                note = "reference: SET key value GET, which answers as much as we do"
        else:
            requests, redis_requests = asked, workloads.redis_gets(asked)
        with_uvloop, without_uvloop = self.ours
        measured = row(
            name,
            self.options.rounds,
            self._turn(with_uvloop, requests, shape),
            reference=self.redis and self._turn(self.redis, redis_requests, shape),
            without_uvloop=self._turn(without_uvloop, requests, shape),
            target=target,
        )
        return replace(measured, note=note)

    def _turn(self, server: Server, requests: list[bytes], shape: tuple[int, int]) -> Turn:
        drive = Drive(*shape, seconds=self.options.seconds)
        return lambda: requests_per_second(self.load.run(server, requests, drive))


if __name__ == "__main__":
    run_topic(measure)
