"""Help: it is there for every command, names every option, and costs little."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from tests.client.real_daemon import ended_afterwards

from agent_console.cli.command_table import EXIT_CODES, SECTIONS
from agent_console.cli.main import command as top, main
from agent_console.errors import AgentConsoleError, RequestRefusedError
from agent_console.protocol.messages import ErrorCode

NAMES = [name for _, commands in SECTIONS for name, _ in commands]


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand with its path."""
    context = click.Context(top)
    for name in NAMES:
        found = top.get_command(context, name)
        assert found is not None
        yield name, found
        if isinstance(found, click.Group):
            for sub, subcommand in found.commands.items():
                yield f"{name} {sub}", subcommand


def help_of(words: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*words.split(), "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_what_the_command_says(name: str) -> None:
    sentences = dict(pair for _, commands in SECTIONS for pair in commands)
    found = top.get_command(click.Context(top), name)

    assert found is not None
    assert found.help is not None
    assert found.help.split("\n\n")[0].replace("\n", " ").strip() == sentences[name]


def test_every_command_explains_itself_and_its_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, found in all_commands():
        text = help_of(words, capsys)
        assert found.help, words
        for parameter in found.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert any(option in text for option in parameter.opts), (words, parameter.opts)
                described = parameter.help or parameter.show_default
                assert described, (words, parameter.opts)


@pytest.mark.parametrize(
    "group", ["daemon", "config", "db", "usage", "budget", "alerts", "compare", "pricing"]
)
def test_no_sentence_of_a_group_is_cut_short(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "..." not in help_of(group, capsys).partition("Commands:")[2]


def test_every_command_that_answers_can_answer_in_json() -> None:
    groups = {"alerts", "budget", "compare", "daemon", "config", "db", "usage"}
    never = groups | {
        "daemon run",
        "demo",
        "metrics",
        "report",
        "segment",
        "statusline",
        "tui",
        "web",
    }
    for words, found in all_commands():
        options = {option for parameter in found.params for option in parameter.opts}
        assert ("--json" in options) is (words not in never), words


UUID = "0f9e8d7c-1111-4222-8333-444455556666"
ANSWERS = {
    "list": [],
    "get": [UUID],
    "set": [UUID, "attention"],
    "seen": [UUID],
    "reopen": [UUID],
    "rm": [UUID],
    "jump": [UUID],
    "resume": [UUID, "--print"],
    "wait": [UUID],
    "meta": [UUID],
    "upsert": [UUID, "--input-tokens", "1"],
    "status": [],
    "dump": [],
    "stop": [],
    "daemon start": [],
    "daemon restart": [],
    "daemon stop": [],
    "daemon status": [],
    "daemon logs": [],
    "install": ["--dry-run"],
    "uninstall": ["--dry-run"],
    "doctor": [],
    "config path": [],
    "config show": [],
    "config init": [],
    "config validate": [],
    "usage daily": [],
    "usage weekly": [],
    "usage monthly": [],
    "usage hourly": [],
    "usage session": [],
    "usage project": [],
    "usage model": [],
    "usage branch": [],
    "usage subagent": [],
    "usage block": ["--active"],
    "usage export": ["--level", "day"],
    "overview": [],
    "forecast": [],
    "cache": [],
    "anomalies": [],
    "compare projects": [],
    "compare models": [],
    "compare periods": [],
    "compare tickets": [],
    "pricing": ["--all"],
    "pricing set": ["house-model", "--input", "1"],
    "pricing unset": ["house-model"],
    "report schedule": ["--remove"],
    "ingest": [],
    "reindex": ["--prune"],
    "budget set": ["5"],
    "budget list": [],
    "budget show": ["1"],
    "budget check": [],
    "budget pause": ["1"],
    "budget resume": ["1"],
    "budget reset": ["1"],
    "budget rm": ["1"],
    "alerts list": [],
    "alerts ack": ["--all"],
    "alerts snooze": ["--all"],
    "db backup": ["copy.db"],
    "db check": [],
    "db path": [],
    "db query": ["SELECT session_id FROM sessions"],
    "db repair": [],
    "db restore": ["made-before.db", "--yes"],
    "db stats": [],
    "db vacuum": [],
}
"""What each command needs to answer."""

OF_NO_SESSION = ("usage", "compare", "config", "pricing", "overview", "cache", "anomalies")
"""Commands that speak of the ledger and the settings: no session has to be there first."""

FOR_EVER = {"watch", "monitor", "notify"}
"""Commands that go on: their own tests read their lines."""

OTHER_CODES = {"doctor": {0, 1}, "jump": {6}}
"""Exit codes of commands that find something here; `set` tells of no terminal."""


def test_no_command_with_json_is_left_out_below() -> None:
    with_json = {
        words
        for words, found in all_commands()
        if any("--json" in parameter.opts for parameter in found.params)
    }
    assert with_json - FOR_EVER == set(ANSWERS)


@pytest.mark.parametrize("words", ANSWERS)
def test_the_json_of_every_command_is_one_document(
    words: str,
    socket: str,
    scratch_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(scratch_home)
    with ended_afterwards(socket):
        if not words.startswith(OF_NO_SESSION):
            status = "closed" if words == "reopen" else "attention"
            assert main(["set", UUID, status, "--working-dir", str(scratch_home)]) == 0
        if words == "daemon start":
            assert main(["stop"]) == 0
        if words == "db restore":
            assert main(["db", "backup", "made-before.db"]) == 0
        if words == "pricing unset":
            assert main(["pricing", "set", "house-model", "--input", "1"]) == 0
        if words.startswith("budget"):
            assert main(["budget", "set", "10"]) == 0
        capsys.readouterr()

        code = main([*words.split(), *ANSWERS[words], "--json"])

        out = capsys.readouterr().out
    assert code in OTHER_CODES.get(words, {0})
    assert out.count("\n") == 1
    json.loads(out)


def test_help_names_every_command_by_group_and_every_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = help_of("", capsys)

    for title, commands in SECTIONS:
        assert f"{title}:" in text
        for name, sentence in commands:
            assert name in text
            assert sentence in " ".join(text.split())
    for code, meaning in EXIT_CODES:
        assert f"{code}  {meaning}" in text


def test_every_exit_code_of_an_error_is_documented() -> None:
    documented = {int(code) for code, _ in EXIT_CODES}

    def below(error: type[AgentConsoleError]) -> Iterator[type[AgentConsoleError]]:
        yield error
        for child in error.__subclasses__():
            yield from below(child)

    assert {error.exit_code for error in below(AgentConsoleError)} <= documented
    for code in get_args(ErrorCode):
        assert RequestRefusedError(code, "").exit_code in documented


def test_help_imports_no_command_no_wire_and_no_drawing() -> None:
    code = (
        "import sys\n"
        "from agent_console.__main__ import main\n"
        "main(['--help'])\n"
        "heavy = {'msgspec', 'rich', 'anyio', 'asyncio', 'socket', 'subprocess', 'logging'}\n"
        "loaded = sorted(heavy & set(sys.modules))\n"
        "loaded += [m for m in sys.modules if m.startswith('agent_console.cli.commands')]\n"
        "print(loaded, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert done.stderr.strip() == "[]"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("agent-console 0.")


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Usage: agent-console" in "".join(capsys.readouterr())


def test_a_misspelt_command_is_wrong_usage_and_says_what_was_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lsit"]) == 2
    assert "Did you mean `list`?" in capsys.readouterr().err
