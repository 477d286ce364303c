"""The status line: its own, the person's own, and what the daemon hears of either."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.hooks.answering import AnsweringDaemon
from tests.hooks.running import DEADLINE_SECONDS, HOOKS, PYTHON

from agent_console.protocol.messages import StatusLine

SCRIPT = HOOKS / "agent_console_statusline.py"
HOUR = 3600

PAYLOAD: dict[str, Any] = {
    "session_id": "s",
    "model": {"id": "claude-opus", "display_name": "Opus 4.5"},
    "cost": {"total_cost_usd": 1.234},
    "context_window": {"used_percentage": 42.4},
}
FIGURES: dict[str, Any] = {
    "session_cost_usd": 2.5,
    "today_cost_usd": 1234.5,
    "block_cost_usd": 3.0,
    "burn_usd_per_hour": None,
    "limits": {},
}


@pytest.fixture
def daemon(socket_path: Path) -> Iterator[AnsweringDaemon]:
    daemon = AnsweringDaemon(socket_path)
    daemon.answer = _answer(FIGURES)
    yield daemon
    daemon.close()


@pytest.fixture
def chain(scratch_home: Path) -> Path:
    return scratch_home / "previous command"


def test_it_shows_model_costs_and_context(daemon: AnsweringDaemon, socket_path: Path) -> None:
    assert drawn(socket_path) == "Opus 4.5 · $2.50 · $1,234.50 today · 42% context"
    assert daemon.lines


def test_the_daemon_gets_the_payload_verbatim(daemon: AnsweringDaemon, socket_path: Path) -> None:
    drawn(socket_path, json.dumps(PAYLOAD, indent=1).encode() + b"\n")
    (request,) = daemon.requests()
    assert isinstance(request, StatusLine)
    assert json.loads(bytes(request.event)) == PAYLOAD


def test_limits_come_from_claude_code(daemon: AnsweringDaemon, socket_path: Path) -> None:
    daemon.answer = _answer(FIGURES | {"limits": {"five_hour": _limit(1, 1)}})
    limits = {
        "five_hour": {"used_percentage": 61.6, "resets_at": time.time() + HOUR},
        "seven_day": {"used_percentage": 12, "resets_at": time.time() + HOUR},
    }
    assert drawn(socket_path, PAYLOAD | {"rate_limits": limits}).endswith(" · 5h 62% · 7d 12%")


def test_limits_come_from_the_daemon_when_claude_code_tells_none(
    daemon: AnsweringDaemon, socket_path: Path
) -> None:
    daemon.answer = _answer(FIGURES | {"limits": {"seven_day": _limit(33, 1)}})
    assert drawn(socket_path).endswith(" · 42% context · 7d 33%")


def test_a_limit_that_was_reset_meanwhile_is_not_shown(
    daemon: AnsweringDaemon, socket_path: Path
) -> None:
    daemon.answer = _answer(FIGURES | {"limits": {"five_hour": _limit(99, -1)}})
    assert drawn(socket_path).endswith(" · 42% context")


def test_a_limit_that_fills_up_says_until_when(daemon: AnsweringDaemon, socket_path: Path) -> None:
    daemon.answer = _answer(FIGURES)
    resets_at = int(time.time()) + HOUR
    limits = {"five_hour": {"used_percentage": 91, "resets_at": resets_at}}
    line = drawn(socket_path, PAYLOAD | {"rate_limits": limits}, {"TZ": "UTC"})
    assert line.endswith(f" · 5h 91% until {time.strftime('%H:%M', time.gmtime(resets_at))}")


@pytest.mark.parametrize("cost", [0, 0.0])
def test_before_the_ledger_knows_the_session_claude_codes_own_gauge_stands(
    daemon: AnsweringDaemon, socket_path: Path, cost: float
) -> None:
    daemon.answer = _answer(FIGURES | {"session_cost_usd": cost})
    assert " · $1.23 · " in drawn(socket_path)


def test_without_a_daemon_the_payload_alone_is_shown(socket_path: Path) -> None:
    assert drawn(socket_path) == "Opus 4.5 · $1.23 · 42% context"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\n",
        b"[]\n",
        b'{"ok":true,"data":null}\n',
        b'{"ok":true,"data":[1]}\n',
        b'{"ok":true,"data":{"today_cost_usd":"much","limits":[],"session_cost_usd":true}}\n',
        b'{"ok":true,"data":{"today_cost_usd":NaN,"session_cost_usd":1e999,"limits":null}}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_whatever_the_daemon_answers_the_payload_is_shown(
    daemon: AnsweringDaemon, socket_path: Path, answer: bytes
) -> None:
    daemon.answer = answer
    assert drawn(socket_path) == "Opus 4.5 · $1.23 · 42% context"


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (b"", ""),
        (b"no json", ""),
        (b"[]", ""),
        (b"{}", ""),
        (b"\xff\xff{", ""),
        (b"[" * 200_000, ""),
        (b'{"model":"Opus"}', "Opus"),
        (b'{"model":{"id":"claude-x","display_name":null}}', "claude-x"),
        (b'{"model":{"display_name":"a\\u001b[31m\\nb"}}', "a[31mb"),
        (b'{"model":7,"cost":[],"context_window":{"used_percentage":null}}', ""),
        (b'{"cost":{"total_cost_usd":0}}', "$0.00"),
        (b'{"cost":{"total_cost_usd":1e400},"model":{"id":"x"}}', "x"),
    ],
)
def test_a_payload_of_any_shape_shows_what_it_has(
    socket_path: Path, payload: bytes, line: str
) -> None:
    assert drawn(socket_path, payload) == line


def test_colours_say_how_bad_it_is_and_nothing_else(socket_path: Path) -> None:
    contexts = {69: "32", 70: "33", 89.4: "33", 90: "31"}
    for percent, colour in contexts.items():
        payload = {"context_window": {"used_percentage": percent}}
        done = run([str(socket_path)], payload, {})
        assert done.stdout.startswith(f"\x1b[{colour}m{percent:.0f}%\x1b[0m".encode())


def test_an_empty_no_color_means_colours(socket_path: Path) -> None:
    assert b"\x1b[" in run([str(socket_path)], PAYLOAD, {"NO_COLOR": ""}).stdout


def test_the_line_is_utf_8_in_any_locale(socket_path: Path) -> None:
    done = run([str(socket_path)], PAYLOAD, {"LC_ALL": "POSIX", "NO_COLOR": "1"})
    assert " · " in done.stdout.decode("utf-8")


def test_a_daemon_that_hangs_costs_only_its_figures(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(socket_path))
        hung.listen(1)
        assert drawn(socket_path) == "Opus 4.5 · $1.23 · 42% context"


def test_a_stdin_that_stays_open_is_enough(socket_path: Path) -> None:
    with subprocess.Popen(
        command([str(socket_path)]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"model":{"id":"x"}}')
        process.stdin.flush()
        assert process.wait(DEADLINE_SECONDS) == 0
        assert b"x" in process.stdout.read()


def test_without_arguments_it_still_shows_the_payload() -> None:
    assert run([], PAYLOAD).stdout.decode() == "Opus 4.5 · $1.23 · 42% context\n"


def test_the_persons_own_command_gets_the_same_stdin_and_its_output_and_code_pass(
    daemon: AnsweringDaemon, socket_path: Path, chain: Path
) -> None:
    chain.write_text("cat; printf 'mine\\nsecond line'; echo trouble >&2; exit 7\n")
    payload = json.dumps(PAYLOAD).encode() + b"\n"
    done = run([str(socket_path), "--chain", str(chain)], payload, code=7, stderr=b"trouble\n")
    assert done.stdout == payload + b"mine\nsecond line"
    daemon.close()
    assert len(daemon.requests()) == 1


@pytest.mark.parametrize("size", [10, 15_000, 70_000, 3_000_000])
def test_a_payload_of_any_size_reaches_the_persons_own_command(
    socket_path: Path, chain: Path, size: int
) -> None:
    chain.write_text("wc -c")
    done = run([str(socket_path), "--chain", str(chain)], b"x" * size)
    assert int(done.stdout) == size


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_a_command_that_reads_nothing_is_not_held_up(
    socket_path: Path, chain: Path, size: int
) -> None:
    chain.write_text("echo mine")
    done = run([str(socket_path), "--chain", str(chain)], b"x" * size)
    assert done.stdout == b"mine\n"


def test_the_persons_own_command_dies_of_a_closed_pipe_as_it_did_before(
    socket_path: Path, chain: Path
) -> None:
    chain.write_text("trap '' EXIT; sh -c 'kill -PIPE $$'; echo $?")
    done = run([str(socket_path), "--chain", str(chain)], b"{}")
    assert int(done.stdout) == 128 + signal.SIGPIPE


@pytest.mark.parametrize("content", [None, "", " \n", "python3 /x/agent_console_statusline.py /s"])
def test_without_a_command_to_chain_its_own_line_is_shown(
    socket_path: Path, chain: Path, content: str | None
) -> None:
    """A chain that leads back to itself would never end."""
    if content is not None:
        chain.write_text(content)
    done = run([str(socket_path), "--chain", str(chain)], PAYLOAD)
    assert done.stdout.decode() == "Opus 4.5 · $1.23 · 42% context\n"


def drawn(
    socket_path: Path, payload: bytes | dict[str, Any] = PAYLOAD, env: dict[str, str] | None = None
) -> str:
    done = run([str(socket_path)], payload, {"NO_COLOR": "1", **(env or {})})
    return done.stdout.decode().removesuffix("\n")


def run(
    arguments: list[str],
    payload: bytes | dict[str, Any],
    env: dict[str, str] | None = None,
    code: int = 0,
    stderr: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        command(arguments),
        input=json.dumps(payload).encode() if isinstance(payload, dict) else payload,
        capture_output=True,
        env={"PATH": os.environ["PATH"], **({"NO_COLOR": "1"} if env is None else env)},
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert (done.stderr, done.returncode) == (stderr, code)
    return done


def command(arguments: list[str]) -> list[str]:
    return [PYTHON, "-I", "-S", "-E", str(SCRIPT), *arguments]


def _answer(figures: dict[str, Any]) -> bytes:
    answer = {"id": None, "data": figures, "ok": True, "version": 1}
    return json.dumps(answer, separators=(",", ":")).encode() + b"\n"


def _limit(percent: float, hours: float) -> dict[str, Any]:
    resets_at_ms = int((time.time() + hours * HOUR) * 1000)
    return {"used_percent": percent, "resets_at_ms": resets_at_ms, "source": "official", "at_ms": 1}
