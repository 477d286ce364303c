"""What may be written down: only programs that stay where they are."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_console.cli.install import durable
from agent_console.cli.main import main
from agent_console.errors import ConfigError


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder that is cleaned away, and is not in the (scratch) home."""
    folder = Path(tempfile.mkdtemp(prefix="acx", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def test_the_interpreter_is_no_virtual_environments() -> None:
    python = durable.interpreter()

    assert os.path.isabs(python)
    assert python == os.path.realpath(python)
    assert not (Path(python).parent.parent / "pyvenv.cfg").exists()


def test_a_temporary_interpreter_is_passed_over_for_the_systems(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    real = durable.interpreter()
    monkeypatch.setattr(sys, "_base_executable", str(program(temporary / "python3")))
    monkeypatch.setattr(durable, "SYSTEM_INTERPRETERS", (real,))

    assert durable.interpreter() == real


def test_with_none_but_a_temporary_interpreter_install_is_refused(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    python = program(temporary / "python3")
    monkeypatch.setattr(sys, "_base_executable", str(python))
    monkeypatch.setattr(durable, "SYSTEM_INTERPRETERS", ())

    with pytest.raises(ConfigError, match="stays where it is"):
        durable.interpreter()


def test_a_program_that_is_no_python_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, scratch_home: Path
) -> None:
    real = durable.interpreter()
    broken = scratch_home / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "_base_executable", str(broken))
    monkeypatch.setattr(durable, "SYSTEM_INTERPRETERS", (real,))

    assert durable.interpreter() == real


def test_homebrews_python_is_named_so_that_an_upgrade_keeps_it(
    monkeypatch: pytest.MonkeyPatch, scratch_home: Path
) -> None:
    brew = Path(os.path.realpath(scratch_home)) / "homebrew"
    cellar = program(brew / "Cellar/python@3.12/3.12.1/bin/python3.12")
    stable = brew / "opt/python@3.12"
    stable.parent.mkdir()
    stable.symlink_to(cellar.parent.parent)
    monkeypatch.setattr(sys, "_base_executable", str(cellar))

    assert durable.interpreter() == str(stable / "bin/python3.12")


def test_the_link_to_our_program_is_kept_as_it_is(
    monkeypatch: pytest.MonkeyPatch, scratch_home: Path
) -> None:
    target = program(scratch_home / "tools/agent-console/bin/agent-console")
    link = scratch_home / ".local/bin/agent-console"
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    monkeypatch.setenv("PATH", f"{link.parent}:{os.environ['PATH']}")

    assert durable.executable() == str(link)


def test_systemd_is_not_told_of_a_program_in_a_temporary_folder(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    program(temporary / "agent-console")
    monkeypatch.setenv("PATH", str(temporary))
    monkeypatch.setattr(sys, "executable", str(temporary / "python3"))

    with pytest.raises(ConfigError, match="temporary folder"):
        durable.executable()


def test_systemd_is_not_told_of_a_program_in_a_virtual_environment(
    monkeypatch: pytest.MonkeyPatch, scratch_home: Path
) -> None:
    virtual = environment(scratch_home / "venv")
    monkeypatch.setenv("PATH", str(virtual.parent))
    monkeypatch.setattr(sys, "executable", str(virtual.parent / "python3"))

    with pytest.raises(ConfigError, match=r"virtual environment.*pipx install.*uv tool install"):
        durable.executable()


def test_a_link_that_leads_into_a_virtual_environment_is_durable(
    monkeypatch: pytest.MonkeyPatch, scratch_home: Path
) -> None:
    """What pipx and uv make; with an environment active, its own program is found first."""
    virtual = environment(scratch_home / "pipx/venvs/agent-console")
    link = scratch_home / ".local/bin/agent-console"
    link.parent.mkdir(parents=True)
    link.symlink_to(virtual)
    monkeypatch.setenv("PATH", str(virtual.parent))
    monkeypatch.setattr(sys, "executable", str(virtual.parent / "python3"))

    assert durable.executable() == str(link)


def environment(folder: Path) -> Path:
    """The agent-console of a virtual environment."""
    folder.mkdir(parents=True)
    (folder / "pyvenv.cfg").touch()
    return program(folder / "bin/agent-console")


@pytest.mark.parametrize("words", [("install",), ("install", "--dry-run")])
def test_hook_scripts_are_not_put_into_a_temporary_folder(
    monkeypatch: pytest.MonkeyPatch,
    temporary: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(temporary))

    assert main(words) == 2

    assert "XDG_DATA_HOME" in capsys.readouterr().err
    assert os.listdir(temporary) == []


def test_hooks_are_not_told_of_a_socket_in_a_temporary_folder(
    temporary: Path, scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--socket", str(temporary / "s")]) == 2

    assert f"{temporary}/s is in a temporary folder" in capsys.readouterr().err
    assert os.listdir(scratch_home) == []


def test_the_folder_of_a_login_is_where_sockets_belong(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(temporary))

    assert main(["install"]) == 0
