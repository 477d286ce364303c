"""Folders of ours are the person's alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_console.claude_code import spool
from agent_console.config_edit import edit
from agent_console.paths import config_path, socket_path, spool_dir
from agent_console.private_folder import make_private_folder


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_those_above_it_are_private_too(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b" / "c")
    make_private_folder(tmp_path / "a" / "b" / "c")

    assert [mode(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(0o755)

    make_private_folder(tmp_path / "a" / "b")

    assert mode(tmp_path / "a") == 0o755


@pytest.mark.parametrize("below", ["", "/below"])
def test_a_file_in_its_place_is_an_error(tmp_path: Path, below: str) -> None:
    (tmp_path / "a").touch()

    with pytest.raises(OSError, match=r"exists|directory"):
        make_private_folder(f"{tmp_path}/a{below}")


def test_configuration_and_spool_are_in_such_folders() -> None:
    edit(lambda document: document.__setitem__("daemon", {"log_level": "info"}))
    spool.prepare(spool_dir(socket_path()))

    made = [config_path().parent, spool_dir(socket_path()), spool_dir(socket_path()).parent]
    assert [mode(folder) for folder in made] == [0o700] * 3
