"""`agent-console uninstall --purge`: everything we ever wrote goes, and nothing else."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from tests.client.real_daemon import real_daemon
from tests.usage.maintenance.reading import damage
from tests.usage.old_ledgers import make_ledger_of_schema_1

from agent_console import paths
from agent_console.cli.install import purge
from agent_console.cli.main import main
from agent_console.client.starting import connect_or_start
from agent_console.paths import config_path, data_dir, database_path, socket_path, state_dir
from agent_console.usage.database.backup_files import backups
from agent_console.usage.maintenance.backups import backup_if_due
from agent_console.usage.maintenance.ready_copy import work_path
from agent_console.usage.maintenance.recover import recover
from agent_console.usage.maintenance.restore import restore

AT_MS = 1_795_176_000_000
WORDS = ("before-restore", "damaged", "ready", "partial", "before-schema2")


def everything_under(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything under a folder, with modes and contents."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, content_of(path))
        for path in folder.rglob("*")
    }


def content_of(path: Path) -> bytes:
    if path.is_symlink():
        return os.fsencode(os.readlink(path))
    return path.read_bytes() if path.is_file() else b""


def write_configuration() -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("")


def test_everything_goes_and_the_daemon_is_ended_first(scratch_home: Path) -> None:
    (scratch_home / ".claude").mkdir()
    (scratch_home / ".claude/settings.json").write_text('{"model": "opus"}')
    (scratch_home / "projects").mkdir()
    before = tree(scratch_home)
    assert main(["install", "--statusline"]) == 0
    write_configuration()
    connect_or_start().close()
    with real_daemon(f"{scratch_home}/projects/s") as daemon:
        assert main(["uninstall", "--purge", "--yes"]) == 0
        assert daemon.wait(10) == 0

    assert tree(scratch_home) == before


def test_a_home_in_which_there_was_nothing_is_empty_again(scratch_home: Path) -> None:
    assert main(["install"]) == 0
    write_configuration()
    connect_or_start().close()

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert tree(scratch_home) == {}


def test_whatever_is_made_beside_the_ledger_goes_too(scratch_home: Path) -> None:
    before = tree(scratch_home)
    make_ledger_of_schema_1(database_path())
    assert main(["db", "vacuum"]) == 0  # its migration makes a backup
    assert backup_if_due(database_path(), AT_MS) is not None
    (newest, *_) = backups(database_path())
    restore(database_path(), newest.path, AT_MS)
    damage(database_path(), "messages")
    recover(database_path(), AT_MS)
    for cut_short in (work_path(database_path()), left_by_a_killed_copy(newest.path)):
        cut_short.write_bytes(b"half")
        Path(f"{cut_short}-wal").write_bytes(b"half")
    made = everything_under(data_dir())
    assert {"before-restore", "damaged", "ready", "partial", "before-schema2"} <= {
        word for word in WORDS for name in made if word in name
    }

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert tree(scratch_home) == before


def left_by_a_killed_copy(backup: Path) -> Path:
    """What is there while a restore keeps the ledger, and stays when it is killed then."""
    name = database_path().name
    return backup.parent.with_name(f".{name}.before-restore-20261120T120000Z.99.partial")


def test_where_nothing_is_ours_nothing_is_asked_and_nothing_made(
    scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["uninstall", "--purge"]) == 0

    assert capsys.readouterr().out == "There is nothing to purge.\n"
    assert tree(scratch_home) == {}


def test_uninstall_makes_nothing_either(scratch_home: Path) -> None:
    assert main(["uninstall"]) == 0

    assert tree(scratch_home) == {}


def test_a_single_file_is_not_told_as_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    database_path().parent.mkdir(parents=True)
    database_path().write_bytes(b"history")
    (data_dir() / "thesis.md").touch()

    assert main(["uninstall", "--purge", "--dry-run"]) == 0

    assert f"remove {database_path()}\n" in capsys.readouterr().out


def test_a_daemon_that_hangs_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_console.cli.daemon_control.STOP_SECONDS", 0.2)
    monkeypatch.setattr("agent_console.cli.running_daemon.END_SECONDS", 0.5)
    with real_daemon(socket_path()) as daemon:
        daemon.send_signal(signal.SIGSTOP)

        assert main(["uninstall", "--purge", "--yes"]) == 0

        assert daemon.wait(10) == -signal.SIGKILL
    assert not database_path().exists()


def test_daemons_on_other_sockets_are_ended_and_leave_nothing(
    scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = scratch_home / "other" / "s"
    with real_daemon(str(other)) as daemon:
        assert main(["uninstall", "--purge", "--yes"]) == 0

        assert daemon.wait(10) == 0
    assert f"Stopped the daemon on {other}." in capsys.readouterr().err
    assert everything_under(other.parent) == set()


def test_a_daemon_tells_of_its_socket_for_as_long_as_it_runs(scratch_home: Path) -> None:
    path = str(scratch_home / "other" / "s")
    with real_daemon(path):
        assert path in purge.sockets(socket_path())
        for place in (data_dir(), paths.sockets_dir(), *paths.sockets_dir().iterdir()):
            assert place.stat().st_mode & 0o077 == 0, place

    assert purge.sockets(socket_path()) == [socket_path()]


def test_the_record_of_a_daemon_that_was_killed_harms_nobody(scratch_home: Path) -> None:
    path = str(scratch_home / "other" / "s")
    with real_daemon(path) as daemon:
        daemon.kill()
        daemon.wait(10)

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert not data_dir().exists()
    assert not Path(path).exists()


def test_nobody_to_ask_and_no_yes_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    database_path().parent.mkdir(parents=True)
    database_path().write_bytes(b"history")

    assert main(["uninstall", "--purge"]) == 2

    assert "--yes" in capsys.readouterr().err
    assert database_path().read_bytes() == b"history"


def test_a_person_is_asked_and_may_refuse(scratch_home: Path) -> None:
    database_path().parent.mkdir(parents=True)
    database_path().write_bytes(b"history")

    assert ask_on_a_terminal("n") != 0
    assert database_path().read_bytes() == b"history"

    assert ask_on_a_terminal("y") == 0
    assert not data_dir().exists()
    assert scratch_home.exists()


def ask_on_a_terminal(answer: str) -> int:
    """Run the command for a person at a terminal, who types one answer."""
    import pty
    import sys

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "agent_console", "uninstall", "--purge"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(ours, 1024)
    assert str(data_dir()).encode() in said
    os.write(ours, answer.encode() + b"\n")
    try:
        while os.read(ours, 1024):
            pass
    except OSError:
        pass  # the terminal's other end is gone
    os.close(ours)
    return process.wait(20)


def test_the_folder_of_a_socket_elsewhere_stays(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout of this project is a folder called agent-console too."""
    checkout = scratch_home / "agent-console"
    checkout.mkdir(mode=0o700)
    (checkout / "README.md").touch()
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", f"{checkout}/daemon.sock")
    with real_daemon(socket_path()):
        assert main(["uninstall", "--purge", "--yes"]) == 0

    assert everything_under(checkout) == {"README.md"}


def test_the_socket_of_an_earlier_installation_is_known(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = scratch_home / "earlier.sock"
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", str(earlier))
    assert main(["install"]) == 0
    Path(f"{earlier}.spool").mkdir()
    monkeypatch.delenv("AGENT_CONSOLE_SOCKET")

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert not Path(f"{earlier}.spool").exists()


def test_dry_run_names_everything_and_removes_nothing(
    scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install"]) == 0
    write_configuration()
    capsys.readouterr()
    before = everything_under(scratch_home)

    assert main(["uninstall", "--purge", "--dry-run"]) == 0

    said = capsys.readouterr().out
    assert f"remove {data_dir()}" in said
    assert f"remove {config_path().parent}" in said
    assert everything_under(scratch_home) == before


# ---- what is not ours ----------------------------------------------------------------------


def test_what_is_not_ours_stays_in_a_folder_of_ours_and_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    database_path().parent.mkdir(parents=True)
    database_path().write_bytes(b"history")
    (data_dir() / "thesis.md").write_text("years of work")

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert os.listdir(data_dir()) == ["thesis.md"]
    said = capsys.readouterr()
    assert "Removed ~/.local/share/agent-console/metrics.db\n" in said.out
    assert f"{data_dir()}/thesis.md is not ours and stays." in said.err


def test_what_is_not_ours_stays_where_a_link_in_our_folders_place_leads(
    scratch_home: Path,
) -> None:
    elsewhere = linked_to(scratch_home / "elsewhere", data_dir())
    database_path().write_bytes(b"history")
    (elsewhere / "thesis.md").write_text("years of work")

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert os.listdir(elsewhere) == ["thesis.md"]
    assert data_dir().is_symlink()


def test_a_link_in_our_folders_place_goes_after_the_empty_folder_it_leads_to(
    scratch_home: Path,
) -> None:
    elsewhere = linked_to(scratch_home / "elsewhere", data_dir())
    database_path().write_bytes(b"history")

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert not os.path.lexists(data_dir())
    assert not elsewhere.exists()


def test_dry_run_says_where_the_link_leads(
    scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = linked_to(scratch_home / "elsewhere", data_dir())
    database_path().write_bytes(b"history")

    assert main(["uninstall", "--purge", "--dry-run"]) == 0

    assert (
        f"remove {data_dir()}, a link to {os.path.realpath(elsewhere)}, and everything in it\n"
        in capsys.readouterr().out
    )


def test_of_a_linked_configuration_the_link_goes_and_the_file_stays(
    scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People keep such files in a repository of their own."""
    dotfile = scratch_home / "dotfiles.toml"
    dotfile.write_text("")
    config_path().parent.mkdir(parents=True)
    config_path().symlink_to(dotfile)

    assert main(["uninstall", "--purge", "--yes"]) == 0

    assert dotfile.exists()
    assert not config_path().parent.exists()


def linked_to(folder: Path, link: Path) -> Path:
    folder.mkdir()
    link.parent.mkdir(parents=True)
    link.symlink_to(folder)
    return folder


def test_every_place_that_paths_knows_is_purged() -> None:
    """A new folder of ours must not be forgotten here."""
    places = [
        data_dir(),
        database_path(),
        paths.sockets_dir(),
        paths.saved_sessions_dir(),
        paths.manifest_path(),
        state_dir(),
        paths.log_path(),
        config_path(),
    ]
    public = {name for name in vars(paths) if not name.startswith("_")} - {"bundled_path"}
    known = {name for name in public if name.endswith(("_dir", "_path"))}
    assert known == {
        "config_path",
        "data_dir",
        "database_path",
        "log_path",
        "manifest_path",
        "saved_sessions_dir",
        "socket_path",
        "sockets_dir",
        "spool_dir",
        "state_dir",
    }
    socket = socket_path()
    for folder in (data_dir(), state_dir(), config_path().parent, Path(socket).parent):
        folder.mkdir(parents=True, exist_ok=True)
    places += [Path(socket), paths.spool_dir(socket)]
    for place in places:
        if not place.exists():
            place.touch()

    doomed = purge.plan([socket]).gone

    for place in places:
        assert any(place == gone or place.is_relative_to(gone) for gone in doomed), place
