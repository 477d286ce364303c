"""Sessions of every config dir heal: usual ones, installed ones, and those that a hook names."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.daemon.running import Daemon, Wire
from tests.daemon.standin import StandIn, hears
from tests.daemon.state.state_driver import MAIN, Driver

from agent_console.daemon.state.named_dirs import NAMES_KEPT
from agent_console.paths import manifest_path

PROMISED_SECONDS = 0.25

Start = Callable[..., StandIn]


@pytest.fixture
def second(scratch_home: Path) -> Path:
    """A config dir that the daemon's own environment does not name."""
    return scratch_home / "second account"


@pytest.fixture
def stand_in(second: Path) -> Iterator[Start]:
    """Starts stand-ins in that config dir."""
    started: list[StandIn] = []

    def start(session: str, config_dir: Path = second) -> StandIn:
        started.append(StandIn(config_dir, session))
        return started[-1]

    yield start
    for one in started:
        one.close()


def prompted(wire: Wire, one: StandIn, config_dir: Path | None) -> None:
    """Its hook tells that a prompt was taken up."""
    env = {"CLAUDE_PID": str(one.process.pid)}
    if config_dir is not None:
        env["CLAUDE_CONFIG_DIR"] = str(config_dir)
    event = {"hook_event_name": "UserPromptSubmit", "session_id": one.session, "prompt": "go"}
    wire.data(cmd="HOOK", event=event, env=env)


def installed_into(*config_dirs: Path) -> None:
    """What `install` leaves behind."""
    manifest_path().parent.mkdir(parents=True, exist_ok=True)
    settings = {str(folder / "settings.json"): {"made": True} for folder in config_dirs}
    manifest_path().write_text(json.dumps({"version": 1, "settings": settings}))


def test_escape_and_sigkill_show_in_a_config_dir_that_only_a_hook_names(
    daemon: Daemon, stand_in: Start, second: Path
) -> None:
    one = stand_in("s")
    one.says("busy")
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        prompted(wire, one, second)
        hears(wire, "s", status="working")
        assert f"{second}/sessions" in wire.data(cmd="STATUS")["watching"]
        time.sleep(0.002)
        escaped = time.perf_counter()
        one.says("idle")
        hears(wire, "s", status="attention", reason="interrupted")
        killed = time.perf_counter()
        one.is_killed()
        hears(wire, "s", status="closed", reason="crashed")
        ended = time.perf_counter()
    assert killed - escaped < PROMISED_SECONDS
    assert ended - killed < PROMISED_SECONDS


def test_what_a_spooled_hook_names_is_read_before_the_daemon_is_ready(
    daemon: Daemon, stand_in: Start, second: Path
) -> None:
    stand_in("quiet").says("idle")
    spool = Path(f"{daemon.path}.spool")
    spool.mkdir(parents=True, mode=0o700)
    Path(spool.parent).chmod(0o700)
    event = {"hook_event_name": "SessionStart", "session_id": "s", "source": "startup"}
    env = {"CLAUDE_PID": "1", "CLAUDE_CONFIG_DIR": str(second)}
    frame = {"cmd": "HOOK", "sent_at": 1.0, "env": env, "event": event}
    (spool / "0000000000001.000-1.json").write_text(json.dumps(frame, separators=(",", ":")) + "\n")
    with daemon.start().connect() as wire:
        assert "quiet" in {session["session_id"] for session in wire.data(cmd="LIST")}


def test_a_process_without_the_variable_is_in_the_default_config_dir(
    daemon: Daemon, stand_in: Start, scratch_home: Path, second: Path
) -> None:
    one = stand_in("s", scratch_home / ".claude")
    one.says("busy")
    with daemon.start(CLAUDE_CONFIG_DIR=str(second)).connect() as wire:
        wire.data(cmd="SUB")
        assert wire.data(cmd="STATUS")["watching"] == [f"{second}/sessions"]
        prompted(wire, one, None)
        time.sleep(0.002)
        one.says("idle")
        hears(wire, "s", status="attention", reason="interrupted")


def test_an_installed_config_dir_is_watched_before_any_hook_is_heard(
    daemon: Daemon, stand_in: Start, second: Path
) -> None:
    installed_into(second)
    stand_in("s").says("busy")
    with daemon.start().connect() as wire:
        assert [session["session_id"] for session in wire.data(cmd="LIST")] == ["s"]


def test_a_config_dir_installed_meanwhile_is_watched_after_a_reload(
    daemon: Daemon, stand_in: Start, second: Path
) -> None:
    import signal

    stand_in("s").says("busy")
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        installed_into(second)
        daemon.signal(signal.SIGHUP)
        hears(wire, "s", status="working")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"settings":7}', '{"settings":{"x":1}}', "\xff"]
)
def test_a_record_that_cannot_be_read_costs_nothing(daemon: Daemon, content: str) -> None:
    manifest_path().parent.mkdir(parents=True, exist_ok=True)
    manifest_path().write_text(content, encoding="latin-1")
    with daemon.start().connect() as wire:
        assert len(wire.data(cmd="STATUS")["watching"]) == 2


# ---- what is kept of it ------------------------------------------------------------------------


def test_only_so_many_named_folders_are_kept_and_the_latest_ones() -> None:
    board = Driver()
    for number in range(NAMES_KEPT + 3):
        board.hook("Stop", pid=7, env={"CLAUDE_CONFIG_DIR": "/0" if number == 9 else f"/{number}"})
    kept = list(board.state.config_dirs)
    assert len(kept) == NAMES_KEPT
    assert kept[-1] == f"/{NAMES_KEPT + 2}"
    assert "/0" in kept
    assert "/1" not in kept


@pytest.mark.parametrize("name", ["relative", "/" + "x" * 600, "/a\0b"])
def test_what_is_no_folder_is_not_kept(name: str) -> None:
    board = Driver()
    board.hook("Stop", pid=7, env={"CLAUDE_CONFIG_DIR": name})
    assert list(board.state.config_dirs) == []


def test_a_folder_named_anew_is_told_once() -> None:
    board = Driver()
    first = board.hook("Stop", pid=7, env={"CLAUDE_CONFIG_DIR": "/a"})
    again = board.hook("Stop", pid=7, env={"CLAUDE_CONFIG_DIR": "/a"})
    other = board.hook("Stop", pid=7, env={"CLAUDE_CONFIG_DIR": "/b"})
    assert [o.processes_changed for o in (first, again, other)] == [True, False, True]
    assert board.session(MAIN).pid == 7


def test_a_config_dir_that_cannot_be_looked_at_keeps_nobody_from_the_others(
    daemon: Daemon, stand_in: Start, second: Path
) -> None:
    # As one whose parent is another user's: looking at it is an error, not "nothing there".
    unlookable = second.parent / ("x" * 300)
    with daemon.start(CLAUDE_CONFIG_DIR=f"{unlookable},{second}").connect() as wire:
        wire.data(cmd="SUB")
        stand_in("s").says("busy")
        hears(wire, "s", status="working")
