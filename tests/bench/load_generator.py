"""The C load generator, compiled once per run, and what one call of it measured.

Rule: both sides of a comparison are driven by the same executable with the same numbers.
"""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
from msgspec.structs import replace
from tests.bench.servers import Server

UNIQUE = "##########"
"""In a request: becomes a number that is never used twice."""
_SOURCE = Path(__file__).with_name("loadgen.c")
_RUN_SECONDS = 120


class Load(msgspec.Struct, frozen=True):
    """What one run of the load generator measured. Latencies are per request or message."""

    requests: int
    errors: int
    seconds: float
    requests_per_second: float
    p50_us: float
    p99_us: float
    messages: int
    expected_messages: int
    messages_per_second: float
    message_p50_us: float
    message_p99_us: float
    server_cpu_us: float | None = None
    """What one request cost the server; what else the machine does hardly moves it."""


class Drive(NamedTuple):
    """How requests are sent.

    Attributes:
        connections: How many send them, each its own share of the requests.
        pipeline: How many each sends at once before it waits for all their answers.
        total: How many are sent in all, and
        seconds: for how long; whichever ends first.
        interval_us: How long after another requests are due; null: as soon as all is answered.
        subscription: What a subscriber sends first.
        subscribers: How many read what they are told.
        stalled: How many subscribe and never read again.
    """

    connections: int = 1
    pipeline: int = 1
    total: int | None = None
    seconds: float | None = None
    interval_us: int | None = None
    subscription: bytes | None = None
    subscribers: int = 0
    stalled: int = 0


class LoadGenerator:
    """The executable, and the folder for the requests it is given."""

    def __init__(self, folder: Path, cpu: int | None) -> None:
        self._folder = folder
        self._cpu = cpu
        self._program = folder / "loadgen"
        self._files = 0
        self._first_number = 0
        subprocess.run(["cc", "-O2", "-o", str(self._program), str(_SOURCE)], check=True)

    def run(self, server: Server, requests: Sequence[bytes], drive: Drive) -> Load:
        """Send requests until there were enough of them or the time is over."""
        before = server.cpu_seconds()
        with self.started(server, requests, drive) as process:
            load = finished(process)
        after = server.cpu_seconds()
        if before is None or after is None:
            return load
        return replace(load, server_cpu_us=(after - before) * 1e6 / load.requests)

    @contextmanager
    def started(
        self, server: Server, requests: Sequence[bytes], drive: Drive
    ) -> Generator["subprocess.Popen[bytes]", None, None]:
        """The same, to be `finished` while something else is measured at the same time."""
        command = [str(self._program), "--socket", server.socket, "--framing", server.framing]
        command += ["--connections", str(drive.connections), "--pipeline", str(drive.pipeline)]
        command += ["--records", self._write(requests)]
        self._first_number += 100_000_000
        command += ["--first-number", str(self._first_number)]
        if drive.total is not None:
            command += ["--requests", str(drive.total)]
        if drive.seconds is not None:
            command += ["--seconds", str(drive.seconds)]
        if drive.interval_us is not None:
            command += ["--interval-us", str(drive.interval_us)]
        if drive.subscription is not None:
            command += ["--subscription", self._write([drive.subscription])]
            command += ["--subscribers", str(drive.subscribers), "--stalled", str(drive.stalled)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        if self._cpu is not None:
            os.sched_setaffinity(process.pid, {self._cpu})
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def _write(self, records: Sequence[bytes]) -> str:
        self._files += 1
        path = self._folder / f"records-{self._files}"
        path.write_bytes(b"".join(struct.pack("<I", len(r)) + r for r in records))
        return str(path)


def finished(process: "subprocess.Popen[bytes]") -> Load:
    """Wait for a run and read what it measured."""
    output, _ = process.communicate(timeout=_RUN_SECONDS)
    if process.returncode != 0:
        sys.exit("The load generator failed.")
    load = msgspec.json.decode(output, type=Load)
    if load.errors:
        print(f"warning: {load.errors} of {load.requests} answers were errors", file=sys.stderr)
    return load


@contextmanager
def load_generator(cpu: int | None = None) -> Generator[LoadGenerator, None, None]:
    """A compiled load generator; without a C compiler the benchmark ends here, in peace.

    Args:
        cpu: Where it is to run; null leaves that to the scheduler.
    """
    if shutil.which("cc") is None:
        print("Skipped: the load generator is written in C and there is no `cc` to compile it.")
        sys.exit(0)
    if not hasattr(os, "eventfd"):
        print("Skipped: the load generator needs epoll, which only Linux has.")
        sys.exit(0)
    with TemporaryDirectory(prefix="ac") as folder:
        yield LoadGenerator(Path(folder), cpu)
