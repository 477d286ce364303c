"""`agent-console statusline` is the script that Claude Code runs, also with click in front."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hooks.answering import AnsweringDaemon

from agent_console.paths import bundled

PAYLOAD = b'{"model":{"display_name":"Opus"},"cost":{"total_cost_usd":1.5}}\n'
FIGURES = (
    b'{"id":null,"data":{"session_cost_usd":2.0,"today_cost_usd":9.5,"block_cost_usd":3.0,'
    b'"burn_usd_per_hour":2.0,"limits":{}},"ok":true,"version":1}\n'
)


@pytest.fixture
def daemon(scratch_home: Path) -> Iterator[AnsweringDaemon]:
    daemon = AnsweringDaemon(scratch_home / "d.sock")
    daemon.answer = FIGURES
    yield daemon
    daemon.close()


def test_the_command_draws_what_the_script_draws(daemon: AnsweringDaemon) -> None:
    line = run("statusline", "--socket", daemon.path)
    script = [str(bundled("hooks") / "agent_console_statusline.py"), daemon.path]
    done = subprocess.run(
        [sys.executable, *script], input=PAYLOAD, capture_output=True, timeout=30, check=True
    )
    assert line == done.stdout.decode()
    assert "$9.50" in line
    assert len(daemon.lines) == 2


def test_click_understands_it_too(daemon: AnsweringDaemon) -> None:
    assert run("--socket", daemon.path, "statusline") == run("statusline", "--socket", daemon.path)


def test_the_persons_own_command_prints_instead(
    daemon: AnsweringDaemon, scratch_home: Path
) -> None:
    chain = scratch_home / "chain"
    chain.write_text("cat >/dev/null; echo mine")
    assert run("statusline", "--socket", daemon.path, "--chain", str(chain)) == "mine\n"


def test_without_a_daemon_the_payload_is_shown() -> None:
    assert "$1.50" in run("statusline")


def test_a_socket_that_cannot_be_is_no_daemon() -> None:
    assert "$1.50" in run("statusline", "--socket", "x" * 300)


def test_its_help_says_what_it_is_for() -> None:
    assert "Claude Code" in run("statusline", "--help")


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "agent_console", *arguments],
        input=PAYLOAD,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.stderr, done.returncode) == (b"", 0)
    return done.stdout.decode()
