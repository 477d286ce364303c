"""What a command costs: wall time, CPU of all its processes, and the peak of the largest one.

Rule: a command sees nothing of the user's environment, and no network: whatever it tries to fetch
fails at once.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

NO_NETWORK = dict.fromkeys(
    ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"
)
"""A proxy that nobody answers at."""
_LIMIT_SECONDS = 400.0


class Cost(Struct, frozen=True):
    """What one run cost; `stdout` and `stderr` are what it wrote."""

    code: int
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float
    stdout: str = ""
    stderr: str = ""


def measured(
    command: Sequence[str | Path],
    folder: Path,
    *,
    home: Path,
    stdin: Path | None = None,
    env: Mapping[str, str] | None = None,
    until: str | None = None,
) -> Cost:
    """Run a command once.

    Args:
        folder: Where its output may be kept for the time being.
        home: Its HOME.
        stdin: What it reads; nothing by default.
        env: More of its environment.
        until: A text in its output at which it counts as done and is ended.
    """
    stdout, stderr = folder / "stdout", folder / "stderr"
    described = {
        "command": [str(part) for part in command],
        "env": {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "200",
            **NO_NETWORK,
            **(env or {}),
        },
        "stdin": str(stdin or "/dev/null"),
        "stdout": str(stdout),
        "stderr": str(stderr),
        "until": until,
        "seconds": _LIMIT_SECONDS,
    }
    program = str(Path(__file__).with_name("measured_process.py"))
    ran = subprocess.run(
        [sys.executable, "-I", "-S", program, json.dumps(described)],
        check=True,
        capture_output=True,
    )
    cost = msgspec.json.decode(ran.stdout, type=Cost)
    return msgspec.structs.replace(
        cost,
        stdout=stdout.read_text(errors="replace"),
        stderr=stderr.read_text(errors="replace"),
    )


def cheapest(costs: Sequence[Cost]) -> Cost:
    """The least of each figure, but the greatest peak."""
    return msgspec.structs.replace(
        costs[0],
        wall_seconds=min(cost.wall_seconds for cost in costs),
        cpu_seconds=min(cost.cpu_seconds for cost in costs),
        peak_mb=max(cost.peak_mb for cost in costs),
    )
