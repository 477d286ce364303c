"""Paths that are made without platformdirs are the same."""

from pathlib import Path

import pytest

from agent_console import paths


@pytest.mark.parametrize("value", [None, "", "  ", "/srv/x", "/srv/x/"])
def test_both_ways_name_the_same_files(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert Path(paths.database_file()) == paths.database_path()
    assert Path(paths.config_file()) == paths.config_path()
