"""`agent-console config …`."""

import json
from pathlib import Path

import pytest

from agent_console import config
from agent_console.cli.main import main
from agent_console.paths import config_path


def test_path_says_where_the_file_would_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{config_path()}\n"


def test_init_creates_a_file_that_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "init"]) == 0
    assert main(["config", "validate"]) == 0

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "is valid" in captured.err
    assert list(config_path().parent.iterdir()) == [config_path()]


def test_init_never_touches_a_file_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("# mine\n")

    assert main(["config", "init"]) == 2

    assert config_path().read_text() == "# mine\n"
    assert "exists already" in capsys.readouterr().err
    assert list(config_path().parent.iterdir()) == [config_path()]


def test_init_fills_a_file_that_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pricing", "set", "x", "--input", "1"]) == 0
    assert main(["pricing", "unset", "x"]) == 0
    assert config_path().read_bytes() == b""

    assert main(["config", "init"]) == 0

    assert config_path().read_text() == config.commented_file()
    assert list(config_path().parent.iterdir()) == [config_path()]
    assert capsys.readouterr().err.endswith(f"Created {config_path()}.\n")


def test_show_says_where_each_value_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text(
        '[daemon]\ndurability = "full"\n'
        '[[prices.models]]\nmodel = "a"\nfrom = 2026-01-01\ninput = 0.3\n'
    )

    assert main(["config", "show"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert main(["config", "show", "--json"]) == 0
    settings = json.loads(capsys.readouterr().out)

    lines = [line.split("  #")[0].rstrip() for line in shown]
    assert lines[:5] == [
        "daemon.idle_exit_minutes = 60",
        "daemon.keep_closed_days = 7",
        'daemon.durability = "full"',
        'daemon.log_level = "info"',
        'display.timezone = ""',
    ]
    assert 'prices.models = [{ model = "a", from = 2026-01-01, input = 0.3 }]' in lines
    assert settings["prices.models"] == {
        "value": [{"model": "a", "from": "2026-01-01", "input": 0.3}],
        "from": str(config_path()),
    }
    assert settings["daemon.durability"] == {"value": "full", "from": str(config_path())}
    assert settings["daemon.log_level"] == {"value": "info", "from": "default"}


def test_validate_warns_of_unknown_keys_and_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[daemon]\nnewer = 1\n")

    assert main(["config", "validate", "--json"]) == 0

    captured = capsys.readouterr()
    assert json.loads(captured.out) == {
        "valid": True,
        "path": str(config_path()),
        "unknown_keys": ["daemon.newer"],
    }
    assert "`daemon.newer` is unknown" in captured.err


def test_init_says_when_the_file_cannot_be_written(
    capsys: pytest.CaptureFixture[str], scratch_home: Path
) -> None:
    (scratch_home / ".config").write_text("a file where a folder should be")

    assert main(["config", "init"]) == 2

    said = capsys.readouterr().err
    assert said == f"agent-console: {config_path()} cannot be written: Not a directory.\n"


def test_validate_refuses_a_wrong_value(
    capsys: pytest.CaptureFixture[str], scratch_home: Path
) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[daemon]\nlog_level = 'loud'\n")

    assert main(["config", "validate"]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"agent-console: {config_path()}: `daemon.log_level`")


def test_validate_tells_scripts_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[daemon\n")

    assert main(["config", "validate", "--json"]) == 2

    said = json.loads(capsys.readouterr().out)
    assert said.keys() == {"valid", "path", "error"}
    assert (said["valid"], said["path"]) == (False, str(config_path()))
    assert said["error"]


def test_a_configuration_that_keeps_the_daemon_from_starting_exits_2_and_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[daemon]\nlog_level = 'loud'\n")

    assert main(["list"]) == 2

    said = capsys.readouterr().err
    assert said.startswith(f"agent-console: {config_path()}: `daemon.log_level`")
    assert said.count("agent-console: ") == 1
