"""The programs that we are measured beside: where they are, how they print totals, what they say.

Rule: only what was asked for is installed, into a cache below the system's folder for temporary
files; a tool that is missing is a row that says so, never an error. They run without a network.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

CACHE = Path(tempfile.gettempdir()) / "agent-console-bench-tools"
CCUSAGE_VERSION = "20.0.24"
TOKSCALE_VERSION = "1.4.3"
BUN_VERSION = "1.4.5"
MONITOR_VERSION = "4.0.0"


class Found(Struct, frozen=True):
    """Tokens that a tool counted; null: it does not tell them apart."""

    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int


class Tool(Struct, frozen=True):
    """A program and how to ask it for all totals of all transcripts.

    Attributes:
        program: Null when it is not installed.
        arguments: After the program; `{dirs}` stands for both `projects` folders.
        until: The text at which it has printed all, when it does not end by itself.
        prepare: What it needs in its home to do without a network.
        note: What a reader of the table must know.
    """

    name: str
    program: Path | None
    arguments: tuple[str, ...]
    read: Callable[[str], Found]
    until: str | None = None
    prepare: Callable[[Path], None] = lambda _: None
    note: str = ""


def reference_tools() -> list[Tool]:
    """All of them, installed or not."""
    tokscale = CACHE / "tokscale" / "node_modules" / "tokscale" / "bin.js"
    return [
        Tool("ccusage", ccusage(), ("claude", "daily", "--json", "--offline"), _read_ccusage),
        Tool(
            "claude-monitor",
            _existing(CACHE / "claude-monitor" / "bin" / "claude-monitor"),
            (
                *("--view", "monthly", "--timezone", "UTC", "--plan", "pro"),
                *("--data-paths", "{dirs}"),
            ),
            _read_monitor,
            until="Press Ctrl+C",
            note="it waits for Ctrl+C after its table, so it is ended there",
        ),
        Tool(
            "tokscale",
            _existing(_bun()) if tokscale.exists() else None,
            (str(tokscale), "models", "--json", "--claude", "--no-spinner"),
            _read_tokscale,
            prepare=_keep_prices,
            note="it was given a price list, which it would fetch; it reads ~/.claude only",
        ),
    ]


def ccusage() -> Path | None:
    """The native binary itself, without the Node script that starts it."""
    for path in sorted((CACHE / "ccusage" / "node_modules" / "@ccusage").glob("*/bin/ccusage")):
        path.chmod(0o755)
        return path
    return None


def install() -> None:
    """Fetch what is missing with npm and pip; what cannot be had is said on stderr."""
    if ccusage() is None:
        _npm("ccusage", f"ccusage@{CCUSAGE_VERSION}")
    if not _bun().exists() or not (CACHE / "tokscale" / "node_modules" / "tokscale").exists():
        _npm("tokscale", f"tokscale@{TOKSCALE_VERSION}", f"{_bun_package()}@{BUN_VERSION}")
    monitor = CACHE / "claude-monitor"
    if not (monitor / "bin" / "claude-monitor").exists():
        venv.create(monitor, with_pip=True)
        _try(
            "claude-monitor",
            *(monitor / "bin" / "python", "-m", "pip", "install", "-q"),
            f"claude-monitor=={MONITOR_VERSION}",
        )


def _npm(name: str, *packages: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        print(f"{name} needs npm, which is not installed.", file=sys.stderr)
        return
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    flags = ("--no-audit", "--no-fund", "--ignore-scripts")
    _try(name, npm, "install", *flags, "--prefix", folder, *packages)
    if _bun().exists():
        _bun().chmod(0o755)


def _try(name: str, *command: str | Path) -> None:
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode:
        print(f"{name} could not be installed: {ran.stderr.strip()[-300:]}", file=sys.stderr)


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None


def _bun_package() -> str:
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = "aarch64" if os.uname().machine in {"arm64", "aarch64"} else "x64"
    return f"@oven/bun-{system}-{machine}"


def _bun() -> Path:
    return CACHE / "tokscale" / "node_modules" / _bun_package() / "bin" / "bun"


def _keep_prices(home: Path) -> None:
    price = {"input_cost_per_token": 5e-06, "output_cost_per_token": 2.5e-05}
    listed = {"timestamp": int(time.time()), "data": {"claude-opus-5": price}}
    folder = home / ".cache" / "tokscale"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("litellm", "openrouter"):
        (folder / f"pricing-{name}.json").write_text(json.dumps(listed))


def _read_ccusage(text: str) -> Found:
    totals: dict[str, Any] = json.loads(text)["totals"]
    return Found(
        totals["inputTokens"],
        totals["outputTokens"],
        totals["cacheCreationTokens"],
        totals["cacheReadTokens"],
    )


read_daily_json = _read_ccusage
"""Our JSON has the same keys."""


def _read_tokscale(text: str) -> Found:
    totals: dict[str, Any] = json.loads(text)
    return Found(
        totals["totalInput"],
        totals["totalOutput"],
        totals["totalCacheWrite"],
        totals["totalCacheRead"],
    )


def _read_monitor(text: str) -> Found:
    row = next(line for line in reversed(text.splitlines()) if re.search(r"\bTotal\b", line))
    numbers = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?=\s)", row)]
    return Found(*numbers[:4])
