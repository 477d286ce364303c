"""One daemon per socket, and a socket that nobody else can put in its place."""

import fcntl
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Wire
from tests.full_disk import full_disk

from agent_console.daemon import instance as instance_module
from agent_console.daemon.instance import Instance
from agent_console.errors import ConfigError, DaemonAlreadyRunningError

ROOT = Path(__file__).parents[2]
RACES = 50
COMMAND = ("-m", "agent_console", "daemon", "run")

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")


@pytest.fixture
def path(scratch_home: Path) -> str:
    return f"{scratch_home}/run/s"


def test_of_two_daemons_that_start_together_one_serves_and_the_other_names_it(
    scratch_home: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.daemon.racing", str(scratch_home), str(RACES)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=3 * DEADLINE_SECONDS,
    )
    races = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(races) == RACES
    for race in races:
        assert race["ready"] == "READY\n"
        assert race["served_by"] == race["winner"]
        assert race["loser_code"] == 3
        assert f"pid {race['winner']}." in race["loser_said"]
        assert race["socket_untouched"]
        assert race["winner_code"] == 0
        assert not race["socket_left_behind"]


def test_the_command_of_a_second_daemon_exits_3_and_names_the_pid(daemon: Daemon) -> None:
    first = daemon.start().process
    assert daemon.spawn().wait(DEADLINE_SECONDS) == 3
    assert f"pid {first.pid}" in daemon.said()
    with daemon.connect() as wire:
        assert wire.data(cmd="PING")["pid"] == first.pid


def test_a_socket_left_by_a_killed_daemon_is_replaced(daemon: Daemon) -> None:
    daemon.start().kill()
    assert stat.S_ISSOCK(os.lstat(daemon.path).st_mode)
    daemon.start()
    with daemon.connect() as wire:
        assert wire.data(cmd="PING")["pid"] == daemon.process.pid


def test_a_daemon_that_was_killed_is_not_named_as_the_one_that_runs(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_module, "_HOLDER_SECONDS", 0.05)
    daemon.start().kill()
    with open(f"{daemon.path}.lock", "rb") as lock:
        assert lock.read() == f"{daemon.process.pid}\n".encode()
        fcntl.flock(lock, fcntl.LOCK_EX)  # the next one, before it has written who it is
        with pytest.raises(DaemonAlreadyRunningError, match=r"pid unknown\."):
            Instance(daemon.path)


def test_a_full_disk_keeps_no_daemon_from_its_socket_and_leaves_no_pid_of_another(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_module, "_HOLDER_SECONDS", 0.05)
    os.mkdir(os.path.dirname(path), 0o700)
    Path(f"{path}.lock").write_text(f"{os.getppid()}\n")
    with full_disk():
        instance = Instance(path)
        instance.listen()

    with pytest.raises(DaemonAlreadyRunningError, match=r"pid unknown\."):
        Instance(path)

    instance.release()


@pytest.mark.parametrize("waiting", [0, 1], ids=["with room", "with a full backlog"])
def test_a_listener_of_somebody_else_is_never_replaced(path: str, waiting: int) -> None:
    os.mkdir(os.path.dirname(path), 0o700)
    with socket.socket(socket.AF_UNIX) as foreign, socket.socket(socket.AF_UNIX) as client:
        foreign.bind(path)
        foreign.listen(0)
        for _ in range(waiting):
            client.connect(path)
        before = os.lstat(path).st_ino
        instance = Instance(path)
        with pytest.raises(DaemonAlreadyRunningError, match="listens"):
            instance.listen()
        instance.release()
        assert os.lstat(path).st_ino == before


def test_a_socket_of_another_kind_is_not_replaced(path: str) -> None:
    os.mkdir(os.path.dirname(path), 0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as foreign:
        foreign.bind(path)
        instance = Instance(path)
        with pytest.raises(ConfigError, match="something else"):
            instance.listen()
        instance.release()
        assert os.path.lexists(path)


def test_a_file_in_the_sockets_place_is_kept_and_told(path: str) -> None:
    os.mkdir(os.path.dirname(path), 0o700)
    Path(path).write_text("dear diary", encoding="utf-8")
    with pytest.raises(ConfigError, match="is no socket: move it away"):
        Instance(path)
    assert Path(path).read_text(encoding="utf-8") == "dear diary"
    assert os.listdir(os.path.dirname(path)) == ["s"]


def test_a_file_that_takes_the_sockets_place_at_the_last_moment_is_kept_too(path: str) -> None:
    instance = Instance(path)
    Path(path).write_text("dear diary", encoding="utf-8")
    with pytest.raises(ConfigError, match="is no socket: move it away"):
        instance.listen()
    instance.release()
    assert Path(path).read_text(encoding="utf-8") == "dear diary"


def test_a_socket_that_took_the_place_of_ours_is_left_alone(daemon: Daemon) -> None:
    daemon.start()
    os.unlink(daemon.path)
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(daemon.path)
        theirs = os.lstat(daemon.path).st_ino
        daemon.stop()
        assert os.lstat(daemon.path).st_ino == theirs


def test_our_socket_is_gone_after_an_orderly_end(daemon: Daemon) -> None:
    daemon.start().stop()
    assert not os.path.lexists(daemon.path)


# ---- the path ------------------------------------------------------------------------------


def long_path(folder: Path, length: int) -> str:
    return f"{folder}/{'x' * (length - len(str(folder)) - len('/') - len('/s'))}/s"


def test_a_path_of_107_bytes_works(scratch_home: Path) -> None:
    daemon = Daemon(scratch_home, long_path(scratch_home, 107))
    try:
        with daemon.start().connect() as wire:
            assert wire.data(cmd="STATUS")["socket"] == daemon.path
        daemon.stop()
    finally:
        daemon.close()


def test_a_path_of_108_bytes_is_refused_with_a_sentence(scratch_home: Path) -> None:
    daemon = Daemon(scratch_home, long_path(scratch_home, 108))
    assert daemon.spawn().wait(DEADLINE_SECONDS) == 2
    assert "is 108 bytes long and a Unix socket's may have 107" in daemon.said()


def test_the_variable_goes_before_the_socket_of_systemd(daemon: Daemon, scratch_home: Path) -> None:
    handed_over = f"{scratch_home}/systemd.sock"
    with socket.socket(socket.AF_UNIX) as sock, daemon.log.open("ab") as log:
        sock.bind(handed_over)
        sock.listen()
        start = (
            "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_PID'] = "
            "str(os.getpid()); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", start, str(sock.fileno()), *COMMAND],
            env={**os.environ, "LISTEN_FDS": "1", "AGENT_CONSOLE_SOCKET": daemon.path},
            pass_fds=(sock.fileno(),),
            stderr=log,
        )
        daemon.processes.append(process)
        with wait_for_socket(daemon.path) as wire:
            assert wire.data(cmd="STATUS")["socket"] == daemon.path
        daemon.stop()


def wait_for_socket(path: str) -> Wire:
    """A client of a daemon that has nobody to say READY to."""
    import time

    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            return Wire(path)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.01)


# ---- who may touch it ----------------------------------------------------------------------


def test_folder_and_socket_are_private_from_their_first_moment(path: str) -> None:
    # The umask at the very bind decides; that nothing is changed afterwards proves the rest.
    program = """
import json, os, re, sys
seen = []
def hook(event, args):
    if event in ("socket.bind", "os.chmod"):
        umask = re.search(r"Umask:\\s*(\\d+)", open("/proc/self/status").read())[1]
        seen.append([event, umask])
os.umask(0)
sys.addaudithook(hook)
from agent_console.daemon.instance import Instance
Instance(sys.argv[1]).listen()
print(json.dumps(seen))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, check=True, timeout=20
    )
    assert json.loads(done.stdout) == [["socket.bind", "0177"]]
    assert stat.S_IMODE(os.lstat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.lstat(os.path.dirname(path)).st_mode) == 0o700
    assert stat.S_IMODE(os.lstat(f"{path}.lock").st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_may_write_is_refused(path: str, mode: int) -> None:
    folder = os.path.dirname(path)
    os.mkdir(folder)
    os.chmod(folder, mode)
    with pytest.raises(ConfigError, match=f"chmod go-w {folder}"):
        Instance(path)
    assert os.listdir(folder) == []


def test_a_folder_shared_by_all_is_refused_without_advice_to_close_it(path: str) -> None:
    folder = os.path.dirname(path)
    os.mkdir(folder)
    os.chmod(folder, 0o1777)
    with pytest.raises(ConfigError, match=r"shared by all") as told:
        Instance(path)
    assert "chmod" not in str(told.value)


@as_root
def test_a_folder_of_another_user_is_refused(path: str) -> None:
    os.mkdir(os.path.dirname(path), 0o700)
    os.chown(os.path.dirname(path), 65534, 65534)
    with pytest.raises(ConfigError, match="belongs to another user"):
        Instance(path)


def test_a_link_in_the_folders_place_is_refused(path: str, scratch_home: Path) -> None:
    (scratch_home / "elsewhere").mkdir(mode=0o700)
    os.symlink(scratch_home / "elsewhere", os.path.dirname(path))
    with pytest.raises(ConfigError, match="link"):
        Instance(path)
    assert os.listdir(scratch_home / "elsewhere") == []


def test_a_file_in_the_folders_place_is_refused(path: str) -> None:
    Path(path).parent.write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="no folder"):
        Instance(path)


def test_a_link_in_the_locks_place_is_refused(path: str, scratch_home: Path) -> None:
    os.mkdir(os.path.dirname(path), 0o700)
    victim = scratch_home / "victim"
    victim.write_text("mine", encoding="utf-8")
    os.symlink(victim, f"{path}.lock")
    with pytest.raises(ConfigError, match="cannot be opened"):
        Instance(path)
    assert victim.read_text(encoding="utf-8") == "mine"


def test_the_command_says_what_is_wrong_with_the_folder(daemon: Daemon) -> None:
    os.mkdir(os.path.dirname(daemon.path), 0o777)
    os.chmod(os.path.dirname(daemon.path), 0o777)
    assert daemon.spawn().wait(DEADLINE_SECONDS) == 2
    assert "can be written by others" in daemon.said()
    assert "Traceback" not in daemon.said()


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o711])
def test_the_usual_folder_is_tightened_and_one_that_was_named_is_not(
    scratch_home: Path, mode: int
) -> None:
    folder = scratch_home / "run"
    folder.mkdir()
    folder.chmod(mode)
    Instance(str(folder / "s")).release()
    assert stat.S_IMODE(folder.stat().st_mode) == mode
    Instance(str(folder / "s"), usual=True).release()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_daemon_tightens_the_folder_nobody_named(scratch_home: Path) -> None:
    folder = scratch_home / ".local" / "state" / "agent-console"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    daemon = Daemon(scratch_home)
    daemon.path = ""
    try:
        daemon.start()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        daemon.close()
