"""What hooks, `set`, status line and segment cost, beside the least that any program would cost.

    python tests/bench/hook_cost.py [rounds] [--json FILE]

Rule: only ratios of the same run mean something. Every round starts each command once, in turn, so
that whatever the machine does besides hits them alike; all run on one CPU. Nothing is asserted.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from agent_console.cli.install.hook_command import for_events
from agent_console.paths import bundled

PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
BARE = [PYTHON, "-I", "-S", "-E"]
PAYLOAD = (
    b'{"session_id":"00000000-0000-4000-8000-000000000000","transcript_path":"/home/user/t.jsonl",'
    b'"cwd":"/home/user/project","hook_event_name":"Stop","prompt_id":"p","stop_hook_active":false,'
    b'"last_assistant_message":"%b","background_tasks":[],"session_crons":[]}\n' % (b"x" * 400)
)
STATUS = (
    b'{"session_id":"s","model":{"id":"m","display_name":"Opus"},"cost":{"total_cost_usd":1.25},'
    b'"context_window":{"used_percentage":42},"rate_limits":{"five_hour":{"used_percentage":61}}}\n'
)
ANSWER = (
    b'{"id":null,"data":{"session_cost_usd":1.25,"today_cost_usd":9.5,"block_cost_usd":3.0,'
    b'"burn_usd_per_hour":2.0,"limits":{}},"ok":true,"version":1}\n'
)
FIGURES = (
    b'{"id":null,"data":{"pid":1,"sessions":{"working":3,"attention":2,"question":1},"counters":'
    b'{"requests":10,"hooks":{"Stop":2}},"loop_lag_p99_ms":0.4},"ok":true,"version":1}\n' + ANSWER
)
ROUNDS = 200


class Case(NamedTuple):
    """One row: a command, what it is held against, and the ratio it may have."""

    name: str
    command: list[str]
    stdin: bytes = b""
    against: str = ""
    target: float | None = None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    given = parser.parse_args()
    rounds: int = given.rounds
    folder = Path(tempfile.mkdtemp(prefix="ac", dir="/tmp"))
    try:
        socket_path = folder / "d.sock"
        threading.Thread(target=_serve, args=(socket_path,), daemon=True).start()
        while not socket_path.exists():
            time.sleep(0.001)
        _pin_to_one_cpu()
        cases = _cases(folder, str(socket_path))
        times = _measure(cases, rounds, folder)
        _print(cases, times, rounds)
        if given.json is not None:
            given.json.write_text(json.dumps(_figures(cases, times), indent=2))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cases(folder: Path, path: str) -> list[Case]:
    hook, line = (
        str(bundled("hooks") / f"agent_console_{name}.py") for name in ("hook", "statusline")
    )
    (folder / "empty_command.py").write_text("def main(): pass\n")
    (folder / "chain").write_text("cat >/dev/null; echo mine")
    empty = _console_script(folder, "empty_command")
    ours = _console_script(folder, "agent_console.__main__")
    in_shell = for_events(PYTHON, bundled("hooks"), path)("Stop")
    set_it = [*ours, "set", "session-1", "working", "--socket", path]
    segment = [*ours, "segment", "--format", "tmux", "--socket", path]
    chain = [*BARE, line, path, "--chain", str(folder / "chain")]
    return [
        Case("bare interpreter", [*BARE, "-c", "pass"]),
        Case("hook", [*BARE, hook, path, "Stop"], PAYLOAD, "bare interpreter", 1.3),
        Case(
            "hook as installed, in a shell",
            ["/bin/sh", "-c", in_shell],
            PAYLOAD,
            "bare interpreter",
        ),
        Case(
            "hook, no daemon: spooled",
            [*BARE, hook, f"{path}-", "Stop"],
            PAYLOAD,
            "bare interpreter",
        ),
        Case("statusline", [*BARE, line, path], STATUS, "bare interpreter", 3.0),
        Case("statusline, no daemon", [*BARE, line, f"{path}-"], STATUS, "bare interpreter"),
        Case("statusline with a chained command", chain, STATUS, "bare interpreter"),
        Case("empty console script", empty),
        Case("agent-console set", set_it, b"", "empty console script", 1.3),
        Case(
            "agent-console statusline",
            [*ours, "statusline", "--socket", path],
            STATUS,
            "empty console script",
        ),
        Case("agent-console segment", segment, b"", "empty console script", 1.5),
    ]


def _console_script(folder: Path, module: str) -> list[str]:
    """A script as installers write it, for this environment, also beside `folder`'s modules."""
    script = folder / f"{module}-command"
    script.write_text(
        f"import sys\nfrom {module} import main\n"
        "if __name__ == '__main__':\n"
        "    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit(main())\n"
    )
    return [sys.executable, str(script)]


def _serve(path: Path) -> None:
    """Takes every line; answers those that wait for it."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{path}.new")
        listener.listen(64)
        os.rename(f"{path}.new", path)
        while True:
            connection, _ = listener.accept()
            with connection:
                received = connection.recv(1 << 20)
                if received.startswith((b'{"cmd":"SET"', b'{"cmd":"STATUS')):
                    one = b'"STATUS"' not in received
                    try:
                        connection.sendall(ANSWER if one else FIGURES)
                    except BrokenPipeError:
                        continue


def _pin_to_one_cpu() -> None:
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _measure(cases: list[Case], rounds: int, folder: Path) -> dict[str, list[float]]:
    env = {**os.environ, "HOME": str(folder), "CLAUDE_PID": "1", "TERM_PROGRAM": "bench"}
    times: dict[str, list[float]] = {case.name: [] for case in cases}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    stdin = folder / "stdin"
    for number in range(-3, rounds):  # the first rounds only warm the caches
        for case in cases:
            stdin.write_bytes(case.stdin)
            reading = os.open(stdin, os.O_RDONLY)
            actions = [(os.POSIX_SPAWN_DUP2, reading, 0), (os.POSIX_SPAWN_DUP2, nowhere, 1)]
            start = time.perf_counter()
            pid = os.posix_spawn(case.command[0], case.command, env, file_actions=actions)
            _, status = os.waitpid(pid, 0)
            took = time.perf_counter() - start
            os.close(reading)
            if status:
                sys.exit(f"{case.name} failed: {case.command}")
            if number >= 0:
                times[case.name].append(took * 1000)
    return times


def _figures(cases: list[Case], times: dict[str, list[float]]) -> dict[str, dict[str, object]]:
    """The rows of the table, by name."""
    return {
        case.name: {
            "min_ms": min(own := times[case.name]),
            "median_ms": statistics.median(own),
            "against": case.against or None,
            "ratio": min(own) / min(times[case.against]) if case.against else None,
            "target": case.target,
        }
        for case in cases
    }


def _print(cases: list[Case], times: dict[str, list[float]], rounds: int) -> None:
    print(f"{rounds} rounds, one CPU, {PYTHON}")
    print(f"{'':34} {'min ms':>7} {'median':>7}  {'ratio of min, of medians':>24}  target")
    for case in cases:
        own = times[case.name]
        row = f"{case.name:34} {min(own):7.2f} {statistics.median(own):7.2f}"
        if case.against:
            base = times[case.against]
            ratio, median = min(own) / min(base), statistics.median(own) / statistics.median(base)
            row += f"  {ratio:>15.2f}  {median:>7.2f}"
            row += (
                f"  <= {case.target} x {case.against}" if case.target else f"     x {case.against}"
            )
        print(row)


if __name__ == "__main__":
    main()
