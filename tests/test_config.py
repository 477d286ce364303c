"""The configuration file: defaults, errors that say what is allowed, warnings."""

import os
import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agent_console import config
from agent_console.config import Config, DaemonConfig, DisplayConfig
from agent_console.config_prices import EXAMPLE, KEYS, PriceOverride, PricesConfig
from agent_console.config_terminals import (
    EXAMPLE as JUMP_EXAMPLE,
    SESSION_FIELDS,
    TERMINAL_VARIABLES,
    JumpCommand,
    JumpConfig,
    ResumeConfig,
)
from agent_console.errors import ConfigError
from agent_console.model.session import Session, Terminal


@pytest.fixture
def file(scratch_home: Path) -> Path:
    path = scratch_home / ".config/agent-console/config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_without_a_file_everything_is_default() -> None:
    assert config.load() == Config(
        DaemonConfig(idle_exit_minutes=60, durability="normal", log_level="info"),
        DisplayConfig(timezone=""),
        PricesConfig(discount_percent=Decimal(0), models=()),
    )


def test_what_the_file_says_stands_and_the_rest_is_default(file: Path) -> None:
    file.write_text('[daemon]\nidle_exit_minutes = 0\n[display]\ntimezone = "Europe/Berlin"\n')

    assert config.load() == Config(
        DaemonConfig(idle_exit_minutes=0), DisplayConfig(timezone="Europe/Berlin")
    )


def test_the_zone_is_the_systems_unless_one_is_named() -> None:
    assert DisplayConfig().zone is None
    assert str(DisplayConfig(timezone="Asia/Kolkata").zone) == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("content", "key", "allowed"),
    [
        ("[daemon]\nidle_exit_minutes = -1", "daemon.idle_exit_minutes", "from 0 to 525600"),
        ('[daemon]\nidle_exit_minutes = "1"', "daemon.idle_exit_minutes", "a whole number"),
        ("[daemon]\nidle_exit_minutes = 1.5", "daemon.idle_exit_minutes", "a whole number"),
        ("[daemon]\nidle_exit_minutes = true", "daemon.idle_exit_minutes", "a whole number"),
        ('[daemon]\ndurability = "half"', "daemon.durability", '"normal" or "full"'),
        ("[daemon]\nlog_level = 3", "daemon.log_level", '"debug" or "info"'),
        ('[display]\ntimezone = "Atlantis"', "display.timezone", "Europe/Berlin"),
        ('[display]\ntimezone = "../etc/passwd"', "display.timezone", "Europe/Berlin"),
        ("[display]\ntimezone = [1]", "display.timezone", "Europe/Berlin"),
        ("[display]\ntimezone = 2020-01-01", "display.timezone", "Europe/Berlin"),
        ("[prices]\ndiscount_percent = 101", "prices.discount_percent", "from 0 to 100"),
        ("[prices]\ndiscount_percent = -0.1", "prices.discount_percent", "from 0 to 100"),
        ("[prices]\ndiscount_percent = 1.00001", "prices.discount_percent", "4 decimals"),
        ("[prices]\ndiscount_percent = nan", "prices.discount_percent", "a number"),
        ("[prices]\ndiscount_percent = true", "prices.discount_percent", "a number"),
        ('[prices]\ndiscount_percent = "10"', "prices.discount_percent", "a number"),
        ("[alerts]\nburn_usd_per_hour = -1", "alerts.burn_usd_per_hour", "a number from 0"),
        ("[alerts]\nburn_usd_per_hour = true", "alerts.burn_usd_per_hour", "a number from 0"),
        ("[alerts]\nfive_hour_percent = 101", "alerts.five_hour_percent", "a whole number"),
        ("[alerts]\nwaiting_minutes = 1.5", "alerts.waiting_minutes", "a whole number"),
        ("[alerts]\nunpriced_model = 1", "alerts.unpriced_model", "true or false"),
        ("[alerts]\non = 1", "alerts.on", "[[alerts.on]]"),
        ("[alerts]\non = [1]", "alerts.on", "[[alerts.on]]"),
        ("[[alerts.on]]\nkinds = ['budget']", "run", "a program and its arguments"),
        ("[[alerts.on]]\nrun = 'echo'", "run", "a program and its arguments"),
        ("[[alerts.on]]\nrun = []", "run", "a program and its arguments"),
        ("[[alerts.on]]\nrun = ['a']\nseverities = ['bad']", "severities", '"exceeded"'),
        ("[[alerts.on]]\nrun = ['a']\ntimeout_seconds = 0", "timeout_seconds", "above 0"),
        ('[display]\nweek_start = "Monday"', "display.week_start", '"monday" or'),
        ("[prices]\nmodels = 1", "prices.models", "[[prices.models]]"),
        ("[prices]\nmodels = [1]", "prices.models", "[[prices.models]]"),
        ("[prices.models]\nx = 1", "prices.models", "[[prices.models]]"),
        ("[jump]\ncommands = 1", "jump.commands", "[[jump.commands]]"),
        ("[jump]\ncommands = [1]", "jump.commands", "[[jump.commands]]"),
        ("[jump]\nlimit_seconds = 0", "jump.limit_seconds", "from 1 to 60"),
        ('[resume]\ncommand = "xterm -e"', "resume.command", '["xterm", "-e"]'),
        ("[resume]\ncommand = [1]", "resume.command", '["xterm", "-e"]'),
        ("[notifications]\nquestion = 1", "notifications.question", "true or false"),
        ('[notifications]\nsilent_reasons = "done"', "notifications.silent_reasons", '["ready"'),
        ('[notifications]\nquiet_from = "24:00"', "notifications.quiet_from", '"22:30"'),
        ('[notifications]\nquiet_from = "9:00"', "notifications.quiet_from", '"22:30"'),
        ("[notifications]\nquiet_until = 07:00:00", "notifications.quiet_until", '"22:30"'),
        ('[notifications]\nvia = "mail"', "notifications.via", '"desktop" or "terminal"'),
    ],
)
def test_a_wrong_value_names_the_file_the_key_and_what_is_allowed(
    file: Path, content: str, key: str, allowed: str
) -> None:
    file.write_text(content)

    with pytest.raises(ConfigError) as caught:
        config.load()

    assert str(file) in str(caught.value)
    assert f"`{key}`" in str(caught.value)
    assert allowed in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_table_that_is_none_is_an_error(file: Path) -> None:
    file.write_text("daemon = 1")

    with pytest.raises(ConfigError, match=r"\[daemon\]"):
        config.load()


@pytest.mark.parametrize("content", [b"[daemon", b"\xff = 1", b"a = 1\na = 2"])
def test_what_is_no_toml_is_an_error(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with pytest.raises(ConfigError, match="not valid TOML"):
        config.load()


def test_the_mark_that_editors_of_windows_begin_with_is_no_part_of_the_text(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[display]\r\ntimezone = 'UTC'\r\n")

    assert config.load().display.timezone == "UTC"
    assert config.unknown_keys() == []


def test_another_encoding_is_named(file: Path) -> None:
    file.write_text("[display]", encoding="utf-16")

    with pytest.raises(ConfigError, match=r"no UTF-8 from byte 0 on\. Save it as UTF-8\."):
        config.load()


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, link_to_a_device])
def test_what_is_no_ordinary_file_is_refused_and_never_waited_for(
    file: Path, make: Callable[[Path], None]
) -> None:
    make(file)

    with pytest.raises(ConfigError, match=f"^{file} cannot be read: it is no ordinary file"):
        config.load()


def test_a_file_that_cannot_be_read_is_an_error(file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("")

    with pytest.raises(ConfigError, match="cannot be read: Not a directory"):
        config.load()


def test_unknown_keys_are_no_error_and_are_named(file: Path) -> None:
    file.write_text("new = 1\n[daemon]\nlog_level = 'error'\nnewer = 1\n[newest]\nx = 1\n")

    assert config.load().daemon.log_level == "error"
    assert config.unknown_keys() == ["new", "daemon.newer", "newest"]


def test_every_setting_says_where_it_comes_from(file: Path) -> None:
    file.write_text('[daemon]\ndurability = "normal"\n')

    origins = {setting.key: setting.from_file for setting in config.settings()}

    assert {key for key, from_file in origins.items() if from_file} == {"daemon.durability"}
    tables = {key.partition(".")[0] for key in origins}
    assert tables == set(Config.__struct_fields__)


def test_the_commented_file_changes_nothing_and_becomes_the_defaults_without_its_comments(
    file: Path,
) -> None:
    text = config.commented_file()
    bare = "\n".join(
        line.removeprefix("# ") if " = " in line and line.startswith("# ") else line
        for line in text.splitlines()
    )

    assert tomllib.loads(text) == {table: {} for table in Config.__struct_fields__}
    file.write_text(bare)
    assert config.unknown_keys() == []
    assert config.load() == Config()
    origins = {setting.key: setting.from_file for setting in config.settings()}
    for key in ("alerts.on", "prices.models", "jump.commands"):
        assert origins.pop(key) is False  # of it there is only an example
    assert all(origins.values())


def test_the_example_of_a_price_is_one_and_shows_every_key(file: Path) -> None:
    bare = "".join(line.removeprefix("## ") for line in EXAMPLE.splitlines(keepends=True)[1:])
    assert EXAMPLE in config.commented_file()

    file.write_text(bare)

    (example,) = tomllib.loads(bare)["prices"]["models"]
    assert set(example) == set(KEYS)
    assert config.unknown_keys() == []
    assert config.load().prices.models == (
        PriceOverride(
            "claude-example-*",
            date(2026, 1, 1),
            0,
            *map(Decimal, ("3.0", "15.0", "3.75", "6.0", "0.3", "10.0")),
        ),
    )


def test_prices_are_what_is_written_to_the_last_digit(file: Path) -> None:
    file.write_text(
        "[prices]\ndiscount_percent = 12.3456\n"
        '[[prices.models]]\nmodel = "a"\ninput = 0.1\noutput = 3\n'
        "cache_read = 0.300000000000000001\n"
        '[[prices.models]]\nmodel = "b"\nfrom = "2026-02-28"\ninput = 1e-2\n'
    )

    assert config.load().prices == PricesConfig(
        Decimal("12.3456"),
        (
            PriceOverride(
                "a",
                input=Decimal("0.1"),
                output=Decimal(3),
                cache_read=Decimal("0.300000000000000001"),
            ),
            PriceOverride("b", since=date(2026, 2, 28), input=Decimal("0.01")),
        ),
    )


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("input = 1", "needs a `model`"),
        ('model = ""\ninput = 1', '"claude-opus-5"'),
        ("model = 1\ninput = 1", '"claude-opus-5"'),
        ('model = "a"', "sets no price"),
        ('model = "a"\nfrom = 2026-01-01\nprompt_over = 5', "sets no price"),
        ('model = "a"\ninput = -1', "`input` of the 2nd `[[prices.models]]` is -1, allowed: a num"),
        ('model = ""\ninput = 1', '`model` of the 2nd `[[prices.models]]` is "", allowed: a name'),
        ('model = "a"\noutput = "3"', "US dollars per million tokens"),
        ('model = "a"\noutput = true', "US dollars per million tokens"),
        ('model = "a"\ncache_read = inf', "US dollars per million tokens"),
        ('model = "a"\ninput = 10001', "from 0 to 10000"),
        ('model = "a"\nweb_search = []', "US dollars per thousand searches"),
        ('model = "a"\nfrom = "soon"\ninput = 1', "a day like 2026-01-31"),
        ('model = "a"\nfrom = 2026-01-01T00:00:00\ninput = 1', "a day like 2026-01-31"),
        ('model = "a"\nprompt_over = 1.5\ninput = 1', "a whole number"),
        ('model = "a"\nprompt_over = -1\ninput = 1', "a whole number"),
    ],
)
def test_a_wrong_price_names_the_file_the_entry_and_what_is_allowed(
    file: Path, entry: str, sentence: str
) -> None:
    file.write_text(f'[[prices.models]]\nmodel = "good"\ninput = 1\n[[prices.models]]\n{entry}\n')

    with pytest.raises(ConfigError) as caught:
        config.load()

    assert str(caught.value).startswith(f"{file}: ")
    assert "2nd `[[prices.models]]`" in str(caught.value)
    assert sentence in str(caught.value)


def test_an_unknown_key_of_a_price_is_named(file: Path) -> None:
    file.write_text('[[prices.models]]\nmodel = "a"\ninput = 1\ncache_reed = 1\n')

    assert config.unknown_keys() == ["prices.models.cache_reed"]
    assert config.load().prices.models == (PriceOverride("a", input=Decimal(1)),)


def test_the_example_of_a_jump_is_one(file: Path) -> None:
    bare = "".join(line.removeprefix("## ") for line in JUMP_EXAMPLE.splitlines(keepends=True)[1:])
    assert JUMP_EXAMPLE in config.commented_file()

    file.write_text(bare)

    assert config.unknown_keys() == []
    (command,) = config.load().jump.commands
    assert command.when == {"WINDOWID": "*", "working_dir": "/home/*"}
    assert command.command[:2] == ("sh", "-c")


def test_commands_are_what_is_written(file: Path) -> None:
    file.write_text(
        '[[jump.commands]]\ncommand = ["a", "", "$x"]\n'
        '[[jump.commands]]\nwhen = { label = "[ab]*" }\ncommand = ["b"]\n'
        '[resume]\ncommand = ["xterm", "-e"]\n'
    )

    loaded = config.load()

    assert loaded.jump == JumpConfig(
        commands=(JumpCommand(("a", "", "$x")), JumpCommand(("b",), {"label": "[ab]*"}))
    )
    assert loaded.resume == ResumeConfig(("xterm", "-e"))
    shown = {setting.key: setting.shown for setting in config.settings()}
    assert tomllib.loads(f"x = {shown['jump.commands']}")["x"] == [
        {"command": ["a", "", "$x"]},
        {"when": {"label": "[ab]*"}, "command": ["b"]},
    ]
    assert shown["resume.command"] == '["xterm", "-e"]'


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("when = {}", "needs a `command`"),
        ("command = []", '["xterm", "-e"]'),
        ('command = "xterm"', '["xterm", "-e"]'),
        ("command = [1]", '["xterm", "-e"]'),
        ('command = ["a"]\nwhen = 1', "TERM_PROGRAM"),
        ('command = ["a"]\nwhen = { PATH = "*" }', "asks for `PATH`, allowed: session_id"),
        ('command = ["a"]\nwhen = { WINDOWID = 7 }', "is 7, allowed: a pattern"),
    ],
)
def test_a_wrong_command_names_the_file_the_entry_and_what_is_allowed(
    file: Path, entry: str, sentence: str
) -> None:
    file.write_text(f'[[jump.commands]]\ncommand = ["good"]\n[[jump.commands]]\n{entry}\n')

    with pytest.raises(ConfigError) as caught:
        config.load()

    assert str(caught.value).startswith(f"{file}: ")
    assert "entry 2 of `[[jump.commands]]`" in str(caught.value)
    assert sentence in str(caught.value)


def test_an_unknown_key_of_a_command_is_named(file: Path) -> None:
    file.write_text('[[jump.commands]]\ncommand = ["a"]\nwhenn = 1\n')

    assert config.unknown_keys() == ["jump.commands.whenn"]


def test_what_a_command_may_ask_for_is_what_a_session_has() -> None:
    assert set(SESSION_FIELDS) <= set(Session.__struct_fields__)
    assert {name.lower() for name in TERMINAL_VARIABLES} == set(Terminal.__struct_fields__)
