"""Our folders lie in the XDG base directories, and are the same as text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_console import paths


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
