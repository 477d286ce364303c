"""The configuration file: defaults, errors that say what is allowed, warnings."""

import tomllib
from pathlib import Path

import pytest

from agent_console import config
from agent_console.config import Config, DaemonConfig, DisplayConfig
from agent_console.errors import ConfigError


@pytest.fixture
def file(scratch_home: Path) -> Path:
    path = scratch_home / ".config/agent-console/config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_without_a_file_everything_is_default() -> None:
    assert config.load() == Config(
        DaemonConfig(idle_exit_minutes=60, durability="normal", log_level="info"),
        DisplayConfig(timezone=""),
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


def test_a_file_that_cannot_be_read_is_an_error(file: Path) -> None:
    file.mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        config.load()


def test_unknown_keys_are_no_error_and_are_named(file: Path) -> None:
    file.write_text("new = 1\n[daemon]\nlog_level = 'error'\nnewer = 1\n[newest]\nx = 1\n")

    assert config.load().daemon.log_level == "error"
    assert config.unknown_keys() == ["new", "daemon.newer", "newest"]


def test_every_setting_says_where_it_comes_from(file: Path) -> None:
    file.write_text('[daemon]\ndurability = "normal"\n')

    origins = {setting.key: setting.from_file for setting in config.settings()}

    assert origins == {
        "daemon.idle_exit_minutes": False,
        "daemon.durability": True,
        "daemon.log_level": False,
        "display.timezone": False,
    }


def test_the_commented_file_changes_nothing_and_becomes_the_defaults_without_its_comments(
    file: Path,
) -> None:
    text = config.commented_file()
    bare = "\n".join(
        line.removeprefix("# ") if " = " in line and line.startswith("# ") else line
        for line in text.splitlines()
    )

    assert tomllib.loads(text) == {"daemon": {}, "display": {}}
    file.write_text(bare)
    assert config.unknown_keys() == []
    assert config.load() == Config()
    assert all(setting.from_file for setting in config.settings())
