"""The units as they are installed, judged by systemd's own tools."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from agent_console.cli.install import units
from agent_console.errors import ConfigError

needs_systemd_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)


@pytest.fixture
def executable(scratch_home: Path) -> str:
    """An agent-console where a person's tools lie."""
    program = scratch_home / ".local/bin/agent-console"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def runtime(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runtime folder of the user manager."""
    folder = scratch_home / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def install(executable: str, socket: str, *, hardening: bool = False) -> Path:
    units.write(units.plan(executable, socket, hardening=hardening))
    return units.folder()


def analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def exposure(folder: Path) -> float:
    """The overall exposure level, of the unit with its drop-ins as the manager would merge them."""
    done = analyze("security", "--offline=true", "--no-pager", f"./{units.SERVICE}", folder=folder)
    level = re.search(r"Overall exposure level for \S+ ([0-9.]+)", done.stdout)
    assert level is not None, done.stderr
    return float(level[1])


@needs_systemd_analyze
@pytest.mark.parametrize("hardening", [False, True])
def test_systemd_finds_nothing_to_say_about_the_units(
    executable: str, runtime: Path, hardening: bool
) -> None:
    folder = install(executable, f"{runtime}/agent-console/daemon.sock", hardening=hardening)

    done = analyze("--user", "verify", units.SERVICE, units.SOCKET, folder=folder)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd_analyze
def test_systemd_accepts_odd_paths(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = scratch_home / '50% $HOME "q" it\'s'
    (odd / "run").mkdir(parents=True, mode=0o700)
    program = scratch_home / "50% $HOME" / "agent-console"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(odd / "run"))
    monkeypatch.setenv("XDG_DATA_HOME", str(odd / "data"))

    folder = install(str(program), str(odd / "d.sock"), hardening=True)
    done = analyze("--user", "verify", units.SERVICE, units.SOCKET, folder=folder)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_program_that_systemd_could_not_start_is_refused() -> None:
    with pytest.raises(ConfigError, match="quotes"):
        units.render(units.SERVICE, "/home/o'neill/agent-console", "/run/s")


@needs_systemd_analyze
def test_exposure_is_at_most_6_by_default(executable: str, runtime: Path) -> None:
    folder = install(executable, f"{runtime}/agent-console/daemon.sock")

    assert exposure(folder) <= 6.0


@needs_systemd_analyze
def test_exposure_is_at_most_2_with_the_hardening(executable: str, runtime: Path) -> None:
    folder = install(executable, f"{runtime}/agent-console/daemon.sock", hardening=True)

    assert exposure(folder) <= 2.0


def test_the_usual_socket_follows_the_runtime_folder(executable: str, runtime: Path) -> None:
    folder = install(executable, f"{runtime}/agent-console/daemon.sock")

    assert "ListenStream=%t/agent-console/daemon.sock\n" in (folder / units.SOCKET).read_text()
    assert "AGENT_CONSOLE_SOCKET" not in (folder / units.SERVICE).read_text()


def test_another_socket_is_told_to_socket_unit_and_daemon(executable: str, runtime: Path) -> None:
    folder = install(executable, f"{runtime}/a%b.sock")

    assert f"ListenStream={runtime}/a%%b.sock\n" in (folder / units.SOCKET).read_text()
    assert (
        f"Environment=AGENT_CONSOLE_SOCKET={runtime}/a%%b.sock\n"
        in (folder / units.SERVICE).read_text()
    )


def test_the_daemon_sees_the_folders_of_the_shell_that_installed_it(
    executable: str, runtime: Path, monkeypatch: pytest.MonkeyPatch, scratch_home: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(scratch_home / "my data"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{scratch_home}/a,{scratch_home}/b")

    service = (install(executable, f"{runtime}/s", hardening=True) / units.SERVICE).read_text()

    assert f'Environment="XDG_DATA_HOME={scratch_home}/my data"\n' in service
    assert f"CLAUDE_CONFIG_DIR={scratch_home}/a,{scratch_home}/b" in service
    assert f'"-{scratch_home}/my data/agent-console"' in units.drop_in().read_text()


def test_no_mark_is_left_unfilled(executable: str, runtime: Path) -> None:
    folder = install(executable, f"{runtime}/s", hardening=True)

    for path in folder.rglob("*.*"):
        if path.is_file():
            said = [line for line in path.read_text().splitlines() if not line.startswith("#")]
            assert not [line for line in said if re.search(r"@[A-Z_]+@", line)]


def test_whoever_reads_only_the_socket_unit_gets_a_private_socket() -> None:
    text = units.render(units.SOCKET, "/usr/bin/agent-console", "/run/user/1/x.sock")

    assert "SocketMode=0600" in text
    assert "DirectoryMode=0700" in text


def test_units_are_files_that_everybody_may_read(executable: str, runtime: Path) -> None:
    folder = install(executable, f"{runtime}/s")

    assert os.stat(folder / units.SERVICE).st_mode & 0o777 == 0o644
