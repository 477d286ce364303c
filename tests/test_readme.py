"""What the README says of commands, exit codes, settings and places is so."""

import io
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from rich.console import Console
from tests.usage.reports.ledgers import DAY_MS, HAIKU, NOON_MS, OPUS, Ledger, Message

from agent_console import config, paths
from agent_console.board.session_table import session_table
from agent_console.cli.command_table import EXIT_CODES, SECTIONS
from agent_console.cli.main import command as root, main
from agent_console.cli.pricing.changing import set_
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Activity, Session, Status, urgency
from agent_console.protocol.codec import NOTIFICATIONS
from agent_console.protocol.messages import ErrorCode, Request
from agent_console.usage.maintenance.stats import stats
from agent_console.usage.reports.export_fields import fields
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.options import EXPORT, OPTIONS

README = (Path(__file__).parents[1] / "README.md").read_text()


def shell_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def calls() -> list[list[str]]:
    """Every call of agent-console in a shell block, as words."""
    found: list[list[str]] = []
    for line in shell_lines():
        words = shlex.split(line, comments=True)
        for start, word in enumerate(words):
            if word.rpartition("/")[2] == "agent-console":
                rest = words[start + 1 :]
                ends = [i for i, other in enumerate(rest) if other in {"&&", "|", ";"}]
                found.append(rest[: ends[0]] if ends else rest)
    return found


@pytest.mark.parametrize("call", calls(), ids=" ".join)
def test_every_call_names_a_command_and_its_options(call: list[str]) -> None:
    name, *rest = call or ["tui"]  # alone it opens the board
    with click.Context(root) as context:
        command = root.get_command(context, name)
    assert command is not None
    below = list(command.commands.values()) if isinstance(command, click.Group) else []
    options = {
        option
        for each in (command, *below)
        for parameter in each.params
        for option in parameter.opts
    }
    assert {word for word in rest if word.startswith("--")} <= options


def test_every_command_is_in_the_table() -> None:
    table = README.partition("## Commands")[2].partition("## Scripts")[0]
    for _, commands in SECTIONS:
        for name, _ in commands:
            assert re.search(rf"`{name}\b", table), name


def test_the_exit_codes_are_those_of_the_program() -> None:
    told = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert told == list(EXIT_CODES)


def test_the_settings_and_their_defaults_are_those_of_the_program() -> None:
    told = dict(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| (.*?) \|", README, re.MULTILINE))
    assert set(told) == {setting.key for setting in config.settings()}
    for setting in config.settings():
        if setting.value:
            plain = isinstance(setting.value, int)
            assert told[setting.key] == (setting.shown if plain else f"`{setting.shown}`")


def test_every_example_of_a_configuration_is_one(scratch_home: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert len(examples) > 2
    file = scratch_home / "config.toml"
    for example in examples:
        file.write_text(example)
        config.load(file)
        assert config.unknown_keys(file) == []


def test_the_places_are_those_of_the_program(scratch_home: Path) -> None:
    def as_told(path: Path) -> str:
        return str(path).replace(str(scratch_home), "~")

    assert as_told(paths.data_dir().parent) == "~/.local/share"
    assert f"$XDG_DATA_HOME/agent-console/{paths.database_path().name}" in README
    assert f"$XDG_STATE_HOME/agent-console/{paths.log_path().name}" in README
    assert f"$XDG_CONFIG_HOME/agent-console/{paths.config_path().name}" in README
    assert as_told(Path(paths.socket_path())) in README


def test_the_protocol_table_names_every_request_code_and_notification() -> None:
    section = README.partition("## Protocol")[2].partition("## Development")[0]
    for request in get_args(Request):
        assert f"`{request.__struct_config__.tag}`" in section
    for code in get_args(ErrorCode):
        assert f"`{code}`" in section
    for event in NOTIFICATIONS:
        assert f"`{event}`" in section


BOARD_COLUMNS = 100
NOW_MS = 10_000_000


def board() -> list[Session]:
    """The sessions of the sample at the top."""

    def session(name: str, status: Status, seconds: int, **fields: Any) -> Session:
        session_id, model, tokens, cost = fields.pop("figures")
        return Session(
            session_id,
            status,
            NOW_MS - seconds * 1_000,
            NOW_MS,
            name,
            model=model,
            metadata=SessionMetadata(session_id, tokens, 0, 0, 0, cost),
            **fields,
        )

    return sorted(
        (
            session(
                "web-shop",
                Status.QUESTION,
                12,
                reason="question",
                activity=Activity("AskUserQuestion", "Which colour should the button be?"),
                figures=("3f2a9c41", "claude-opus-5-5", 12_500, 0.42),
            ),
            session(
                "billing",
                Status.ATTENTION,
                4,
                reason="permission",
                activity=Activity("Bash", "touch two.txt"),
                figures=("b7d01e88", "claude-opus-5-5", 31_000, 0.81),
            ),
            session(
                "docs",
                Status.ATTENTION,
                125,
                reason="done",
                figures=("5c6e7f02", "claude-sonnet-5", 8_200, 0.07),
            ),
            session(
                "api",
                Status.WORKING,
                31,
                activity=Activity("Edit", "src/routes.py"),
                figures=("91ab34cd", "claude-opus-5-5", 55_100, 1.2),
            ),
        ),
        key=urgency,
    )


def drawn_board() -> str:
    text = io.StringIO()
    table = session_table(board(), NOW_MS, BOARD_COLUMNS, cut=True)
    Console(file=text, width=BOARD_COLUMNS).print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def test_the_board_is_what_the_program_prints() -> None:
    sample = re.search(r"```\n(STATUS.*?)```", README, re.DOTALL)
    assert sample is not None
    assert sample[1] == drawn_board()


WEB, API = "/home/user/web-shop", "/home/user/api"


def day(days_ago: int, project: str, model: str, tokens: tuple[int, int, int, int]) -> Message:
    """What one model did for one project on one day."""
    new, out, write, read = tokens
    return Message(
        NOON_MS - days_ago * DAY_MS,
        f"{project}-{days_ago}",
        project,
        model,
        input_tokens=new,
        output_tokens=out,
        cache_write_1h_tokens=write,
        cache_read_tokens=read,
    )


SAMPLE = (
    day(2, WEB, OPUS, (9_100, 412_000, 1_830_000, 61_400_000)),
    day(2, WEB, HAIKU, (48_300, 21_700, 96_000, 1_900_000)),
    day(1, API, OPUS, (3_800, 188_000, 940_000, 24_100_000)),
    day(0, API, OPUS, (5_200, 240_000, 1_210_000, 35_700_000)),
    day(0, WEB, HAIKU, (22_900, 14_200, 51_000, 800_000)),
    Message(
        NOON_MS,
        f"{API}-0",
        API,
        kind=2,
        key="compaction",
        input_tokens=182_000,
        output_tokens=3_500,
    ),
)
"""Three days of the sample at the top; a compaction is billed and stands in no transcript line."""


def test_the_report_is_what_the_program_prints(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("agent_console.usage.reports.request.now_ms", lambda: NOON_MS)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", str(BOARD_COLUMNS))
    ledger = Ledger(scratch_home / ".local/share/agent-console/metrics.db")
    ledger.fill(SAMPLE)
    ledger.connection.close()
    sample = re.search(r"```\n\$ agent-console (usage.*?)\n(.*?)```", README, re.DOTALL)
    assert sample is not None

    assert main([*shlex.split(sample[1]), "--no-ingest"]) == 0
    assert capsys.readouterr().out == sample[2]


def of(section: str) -> str:
    return README.partition(f"\n## {section}\n")[2].partition("\n## ")[0]


def test_every_report_and_every_option_of_usage_is_explained() -> None:
    section = of("Usage and costs")
    for report in GROUPINGS:
        assert f"| `{report}` |" in section
    for option in (*OPTIONS, *EXPORT):
        assert f"--{option.name}" in section + of("Coming from ccusage"), option.name


def test_options_in_the_text_are_options_of_usage() -> None:
    """What is told of others' options is in the column of what is not there."""
    names = {option.name for option in (*OPTIONS, *EXPORT)} | {"prune", "message-id", "install"}
    names |= {name.lstrip("-") for option in set_.params for name in option.opts}  # of `pricing`
    told = re.sub(r"^\| not here:.*", "", of("Coming from ccusage"), flags=re.MULTILINE)
    assert set(re.findall(r"--([a-z][a-z-]+)", of("Usage and costs") + told)) <= names


def test_the_fields_of_an_export_are_named() -> None:
    section = of("Usage and costs")
    for level in ("message", "session", "day"):
        for name in fields(level, "auto"):
            assert f"`{name}`" in section, (level, name)


def test_the_tables_of_the_database_are_named(scratch_home: Path) -> None:
    path = scratch_home / "metrics.db"
    Ledger(path).connection.close()
    section = of("Usage and costs")
    for name in ("messages", "facets", "sessions", "names", "sources"):
        assert name in {table.name for table in stats(path).tables}
        assert f"`{name}`" in section
