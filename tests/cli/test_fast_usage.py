"""The short way of `agent-console usage` says what the full command says, or steps back for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.usage_ledger import FIRST, small_ledger
from tests.usage.reports.ledgers import NOON_MS

from agent_console.cli.fast_usage import run_usage
from agent_console.cli.main import main as full_command
from agent_console.cli.usage.configured import plain_timezone
from agent_console.usage.reports.options import EXPORT, OPTIONS, options_of


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("agent_console.usage.reports.request.now_ms", lambda: NOON_MS)
    made = small_ledger(scratch_home)
    yield
    made.connection.close()


PLAIN = [
    [],
    ["daily"],
    ["--json"],
    ["weekly", "-j", "-w", "sunday"],
    ["monthly", "--json", "--billing-day=15"],
    ["session", "--sort", "cost", "--order", "asc"],
    ["blocks", "-a", "--no-ingest"],
    ["project", "-p", "shop", "--project", "api", "--csv"],
    ["branch", "--instances", "--markdown"],
    ["session", "--instances", "--json"],
    ["model", "--since=7d", "-u", "today", "--breakdown"],
    ["subagent", "-m", "display", "-O"],
    ["session", "--id", FIRST],
    ["session", "-i", FIRST, "-j"],
    ["daily", "-i"],
    ["claude", "weekly", "--no-color", "--single-thread"],
    ["claude", "--all", "--color"],
]


@pytest.mark.parametrize("arguments", PLAIN)
def test_the_short_way_says_what_the_full_command_says(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_usage(arguments) == 0
    short = capsys.readouterr()
    assert full_command(["usage", *arguments]) == 0
    assert capsys.readouterr() == short


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["export"],
        ["yearly"],
        ["daily", "extra"],
        ["claude", "yearly"],
        ["claude", "claude"],
        ["--json=1"],
        ["--since"],
        ["--since", "--json"],
        ["--since", "soon"],
        ["--sort", "name"],
        ["--unknown"],
        ["-s2026-11-01"],
        ["-jb"],
        ["--", "daily"],
        ["--json", "--csv"],
    ],
)
def test_what_is_not_plain_is_left_to_the_full_command_unsaid(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_usage(arguments) is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        '[display]\ntimezone = "Mars/Base"\n',
        "[display]\ntimezone = 'UTC'\n",
        '[display]\ntimezone = "UTC"\ntimezone = "UTC"\n',
        'display.timezone = "UTC"\n',
        '[display]\ntimezone = ["UTC"]\n',
        '[display]\nweek_start = "someday"\n',
        '[display\ntimezone = "UTC"\n',
        "[display]\nweek_start\n",
        "[daemon]\nlog_level =\n",
    ],
)
def test_a_configuration_that_is_not_plain_is_read_by_the_full_command(
    scratch_home: Path, text: str
) -> None:
    file = scratch_home / ".config/agent-console/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert run_usage(["--json"]) is None


def test_the_mark_that_editors_of_windows_begin_with_is_no_reason_to_step_back(
    scratch_home: Path,
) -> None:
    file = scratch_home / ".config/agent-console/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[display]\ntimezone = "Asia/Tokyo"\n', encoding="utf-8-sig")
    assert plain_timezone() == "Asia/Tokyo"


def test_a_pipe_in_place_of_the_configuration_is_not_waited_for(scratch_home: Path) -> None:
    file = scratch_home / ".config/agent-console/config.toml"
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    assert run_usage(["--json"]) is None


def test_a_plain_report_imports_nothing_heavy() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "from agent_console.__main__ import main\n"
        "assert main(['usage', 'daily', *sys.argv[1:]]) == 0\n"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)\n"
    )
    heavy = {
        "click", "rich", "msgspec", "typing", "json", "re", "datetime", "zoneinfo", "sqlite3",
        "pathlib", "dataclasses", "tomllib", "enum", "contextlib", "platformdirs",
    }  # fmt: skip
    for arguments in (["--json", "--since", "7d", "--project", "shop"], ["--breakdown"]):
        command = [sys.executable, "-I", "-c", program, *arguments, "--no-ingest"]
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=30)
        assert not heavy & set(done.stderr.split())


def test_no_two_options_have_the_same_letter() -> None:
    for options in (OPTIONS, EXPORT, options_of("session")):
        letters = [option.short for option in options if option.short]
        assert len(letters) == len(set(letters))
