"""A hook whose event no daemon takes: it is spooled whole, or lost in silence; never half sent."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.hooks.running import PYTHON, arguments, event_of, hook, run, spool_of, spooled

LISTEN = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(1)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def stopped_daemon(socket_path: Path) -> Iterator[int]:
    """A real process that listens, and is stopped as by Ctrl-Z."""
    command = [PYTHON, "-I", "-S", "-E", "-c", LISTEN, str(socket_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGSTOP)
        yield process.pid
        process.kill()


def test_with_no_socket_the_event_is_spooled(socket_path: Path) -> None:
    run(arguments(socket_path), b'{"n":1}\n')
    (frame,) = spooled(socket_path)
    assert event_of(hook(frame)).strip() == b'{"n":1}'


def test_with_a_socket_nobody_listens_to_the_event_is_spooled(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_path))
    run(arguments(socket_path))
    assert len(spooled(socket_path)) == 1


def test_with_a_plain_file_for_a_socket_the_event_is_spooled(socket_path: Path) -> None:
    socket_path.touch()
    run(arguments(socket_path))
    assert len(spooled(socket_path)) == 1


@pytest.mark.usefixtures("stopped_daemon")
def test_a_stopped_daemon_whose_queue_is_full_delays_nobody(socket_path: Path) -> None:
    waiting: list[socket.socket] = []
    try:
        while True:
            client = socket.socket(socket.AF_UNIX)
            waiting.append(client)
            client.setblocking(False)
            client.connect(str(socket_path))
    except BlockingIOError:
        run(arguments(socket_path))
    finally:
        for client in waiting:
            client.close()
    assert len(spooled(socket_path)) == 1


@pytest.mark.usefixtures("stopped_daemon")
def test_a_frame_that_went_in_only_in_part_is_spooled_whole(socket_path: Path) -> None:
    payload = b'{"text":"%b"}' % (b"x" * 4_000_000)
    run(arguments(socket_path), payload + b"\n")
    (frame,) = spooled(socket_path)
    assert event_of(hook(frame)).strip() == payload


def test_a_frame_that_went_in_whole_is_not_spooled(socket_path: Path, stopped_daemon: int) -> None:
    run(arguments(socket_path))
    assert spooled(socket_path) == []
    assert stopped_daemon


def test_folders_that_are_missing_are_made_for_our_eyes_only(scratch_home: Path) -> None:
    """After a boot $XDG_RUNTIME_DIR is empty until the daemon starts."""
    socket_path = scratch_home / "run" / "agent-console" / "daemon.sock"
    run(arguments(socket_path), umask=0)
    assert len(spooled(socket_path)) == 1
    spool = spool_of(socket_path)
    (file,) = spool.iterdir()
    modes = [path.stat().st_mode & 0o777 for path in (spool.parent, spool, file)]
    assert modes == [0o700, 0o700, 0o600]


def test_a_spool_that_others_could_read_is_closed_to_them(socket_path: Path) -> None:
    spool_of(socket_path).mkdir()
    spool_of(socket_path).chmod(0o777)
    run(arguments(socket_path))
    assert spool_of(socket_path).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["symlink", "file", "foreign"])
def test_a_spool_that_is_not_our_own_folder_gets_nothing(
    scratch_home: Path, socket_path: Path, kind: str
) -> None:
    elsewhere = scratch_home / "elsewhere"
    elsewhere.mkdir()
    spool = spool_of(socket_path)
    if kind == "symlink":
        spool.symlink_to(elsewhere)
    elif kind == "file":
        spool.touch()
    elif os.getuid() == 0:
        spool.mkdir()
        os.chown(spool, 65534, 65534)
    else:
        pytest.skip("only root can give a folder away")
    run(arguments(socket_path))
    assert list(elsewhere.iterdir()) == []
    assert not spool.is_dir() or list(spool.iterdir()) == []


def test_when_nothing_may_be_entered_the_event_is_lost_in_silence(scratch_home: Path) -> None:
    locked = scratch_home / "locked"
    locked.mkdir(mode=0)
    run(arguments(locked / "d.sock"), preexec_fn=_without_power_over_permissions())
    locked.chmod(0o700)
    assert list(locked.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["a-file/d.sock", "x" * 200, "", "/", "/proc/none/d.sock", "new\nline", "\udcff.sock"]
)
def test_a_path_that_cannot_be_a_socket_is_borne(scratch_home: Path, path: str) -> None:
    (scratch_home / "a-file").touch()
    run(arguments(path), env={"HOME": str(scratch_home)}, cwd=scratch_home)


def test_a_full_disk_leaves_no_half_of_an_event(socket_path: Path) -> None:
    run(
        arguments(socket_path),
        b'{"text":"%b"}\n' % (b"x" * 100_000),
        preexec_fn=_with_small_files(),
    )
    assert spool_of(socket_path).is_dir()
    assert list(spool_of(socket_path).iterdir()) == []


def test_without_its_second_file_the_hook_still_bears_it(
    scratch_home: Path, socket_path: Path
) -> None:
    script = scratch_home / "agent_console_hook.py"
    script.write_bytes(Path(arguments(socket_path)[4]).read_bytes())
    run(arguments(socket_path, script=script))
    assert spooled(socket_path) == []


def test_a_signal_from_the_keyboard_is_borne(socket_path: Path) -> None:
    with subprocess.Popen(
        arguments(socket_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # The hook reads what it is told as soon as it can be interrupted without a trace.
        process.stdin.write(b"x" * (1 << 20))
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        assert (process.stdout.read(), process.wait(30)) == (b"", 0)


def _with_small_files() -> Callable[[], None]:
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def _without_power_over_permissions() -> Callable[[], None] | None:
    """Root may enter everywhere, unless the capabilities for that are taken away."""
    if os.getuid() != 0:
        return None
    if sys.platform != "linux":
        pytest.skip("root may enter everywhere")
    import ctypes

    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def drop() -> None:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP

    return drop
