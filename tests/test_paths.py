"""Our folders lie in the XDG base directories and the home folder, and are the same as text."""

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_console import paths
from agent_console.__main__ import main
from agent_console.errors import ConfigError


@pytest.mark.parametrize(
    ("variable", "default", "folder"),
    [
        ("XDG_DATA_HOME", ".local/share", paths.data_dir),
        ("XDG_CONFIG_HOME", ".config", lambda: paths.config_path().parent),
        ("XDG_STATE_HOME", ".local/state", paths.state_dir),
    ],
)
def test_a_base_directory_counts_when_it_is_absolute(
    scratch_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    default: str,
    folder: Callable[[], Path],
) -> None:
    monkeypatch.setenv(variable, "/srv/x/")
    assert folder() == Path("/srv/x/agent-console")
    for value in ("", "  ", "relative/x", "./x"):
        monkeypatch.setenv(variable, value)
        assert folder() == scratch_home / default / "agent-console"
    monkeypatch.delenv(variable)
    assert folder() == scratch_home / default / "agent-console"


@pytest.mark.parametrize("value", [None, "", "  ", "/srv/x", "/srv/x/", "relative"])
def test_paths_as_text_are_the_same(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert Path(paths.database_file()) == paths.database_path()
    assert Path(paths.config_file()) == paths.config_path()
    assert paths.sockets_dir() == paths.data_dir() / "sockets"


FOLDERS: list[Callable[[], object]] = [
    paths.home,
    paths.socket_path,
    paths.data_dir,
    paths.database_file,
    paths.state_dir,
    paths.config_file,
    paths.claude_config_folders,
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_relative_home_is_refused_by_all_alike(
    monkeypatch: pytest.MonkeyPatch, folder: Callable[[], object]
) -> None:
    for value in ("relative", "./x", "~", "."):
        monkeypatch.setenv("HOME", value)
        with pytest.raises(ConfigError, match=r"HOME is not absolute: .* must begin with /"):
            folder()


@pytest.mark.parametrize(
    "command", ["usage", "usage monthly", "config path", "set x working", "segment", "doctor"]
)
def test_a_command_says_in_one_sentence_that_home_is_relative(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("HOME", "relative")
    assert main(command.split()) == 2
    told = "agent-console: HOME is not absolute: 'relative' must begin with /.\n"
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize("folder", FOLDERS)
def test_without_a_home_it_is_the_one_that_the_system_knows(
    monkeypatch: pytest.MonkeyPatch, folder: Callable[[], object]
) -> None:
    monkeypatch.setenv("HOME", pwd.getpwuid(os.getuid()).pw_dir)
    expected = folder()
    monkeypatch.setenv("HOME", "")
    assert folder() == expected
    monkeypatch.delenv("HOME")
    assert folder() == expected


def test_a_home_that_nobody_knows_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 2)
    with pytest.raises(ConfigError, match="set HOME"):
        paths.home()


def test_a_home_at_the_root_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/")
    assert paths.socket_path() == "/.local/state/agent-console/daemon.sock"
    assert paths.config_file() == "/.config/agent-console/config.toml"
    assert paths.claude_config_folders() == ["/.config/claude", "/.claude"]


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("claude", "claude"),
        ("claude/", "claude"),
        ("claude/projects", "claude"),
        ("claude/projects/", "claude"),
        ("projects", "projects"),  # it has a `projects` of its own
        ("projects/projects", "projects"),
    ],
)
def test_the_projects_of_a_folder_mean_the_folder(tmp_path: Path, named: str, meant: str) -> None:
    for folder in ("claude/projects", "projects/projects"):
        (tmp_path / folder).mkdir(parents=True)
    assert paths.claude_config_folder(f"{tmp_path}/{named}") == str(tmp_path / meant)
