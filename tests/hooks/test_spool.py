"""The spool from both ends: the real hook script writes, the daemon's functions read."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.hooks.running import RARE, arguments, event_of, hook, run, spool_of, spooled

from agent_console.claude_code.spool import drain, forget, prepare

FRAME = b'{"cmd":"HOOK","sent_at":1,"env":{},"event":{}}\n'


@pytest.fixture
def spool(socket_path: Path) -> Path:
    folder = spool_of(socket_path)
    prepare(folder)
    return folder


def test_events_come_out_in_the_order_in_which_they_were_sent(
    socket_path: Path, spool: Path
) -> None:
    for number in range(5):
        run(arguments(socket_path), b'{"n":%d}\n' % number)
    events = [json.loads(event_of(hook(line))) for line in spooled(socket_path)]
    assert events == [{"n": number} for number in range(5)]


def test_order_is_by_number_not_by_text(spool: Path) -> None:
    for name in ("1000.5-7.json", "999.25-8.json", "1000-9.json"):
        (spool / name).write_bytes(FRAME)
    names = [event.name for event in drain(spool).events]
    assert names == ["999.25-8.json", "1000-9.json", "1000.5-7.json"]


def test_an_event_stays_until_it_was_applied(socket_path: Path, spool: Path) -> None:
    run(arguments(socket_path))
    first = drain(spool)
    assert drain(spool) == first
    run(arguments(socket_path))
    forget(first)
    (left,) = drain(spool).events
    assert left not in first.events
    forget(first)
    assert drain(spool).events == (left,)


def test_a_folder_that_is_not_there_holds_nothing(socket_path: Path) -> None:
    drained = drain(spool_of(socket_path))
    assert (drained.events, drained.dropped) == ((), 0)
    forget(drained)


def test_preparing_twice_keeps_what_is_there(socket_path: Path, spool: Path) -> None:
    run(arguments(socket_path))
    prepare(spool)
    assert len(os.listdir(spool)) == 1
    assert spool.stat().st_mode & 0o777 == 0o700


def test_the_oldest_go_when_there_are_too_many(socket_path: Path, spool: Path) -> None:
    for number in range(1000):
        (spool / f"{number:013d}.000-1.json").write_bytes(FRAME)
    for _ in range(3):
        run(arguments(socket_path))
    drained = drain(spool)
    assert len(drained.events) == 1000
    assert drained.events[0].name == "0000000000003.000-1.json"
    assert drained.dropped == 3
    assert drain(spool).dropped == 0


def test_the_oldest_go_when_they_are_too_large(socket_path: Path, spool: Path) -> None:
    for number in range(9):
        with (spool / f"{number:013d}.000-1.json").open("wb") as file:
            file.truncate(7_500_000)
    run(arguments(socket_path))
    # Nine times 7.5 MB is more than 64 MiB: one had to go, and the one that came is there.
    events = list(spool.glob("*.json"))
    assert len(events) == 9
    assert min(events).name == "0000000000001.000-1.json"
    run(arguments(socket_path))
    assert len(list(spool.glob("*.json"))) == 10


def test_a_half_written_event_is_not_seen(spool: Path) -> None:
    part = spool / "0000000000001.000-1.json.part"
    part.write_bytes(FRAME[:10])
    drained = drain(spool)
    assert (drained.events, drained.dropped) == ((), 0)
    assert part.exists()


def test_a_half_written_event_of_a_hook_that_was_killed_is_removed_and_counted(
    spool: Path,
) -> None:
    part = spool / "0000000000001.000-1.json.part"
    part.write_bytes(FRAME[:10])
    an_hour_ago = time.time() - 3600
    os.utime(part, (an_hour_ago, an_hour_ago))
    assert drain(spool).dropped == 1
    assert not part.exists()


def test_a_name_is_given_only_to_what_is_whole(socket_path: Path, spool: Path) -> None:
    """The rename is the last step: without it nothing is seen."""
    text = RARE.read_text()
    functions: dict[str, Any] = {}
    exec(text, functions)
    steps: list[str] = []

    class Posix:
        def __getattr__(self, name: str) -> Any:
            step: Callable[..., Any] = getattr(os, name)
            if name == "rename":
                assert spooled(socket_path) == []
                steps.append((spool / os.listdir(spool)[0]).read_text())
                raise InterruptedError
            return step

    functions["posix"] = Posix()
    with pytest.raises(InterruptedError):
        functions["spool"](str(socket_path), "0000000000001.000", FRAME)
    assert steps == [FRAME.decode()]
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"garbage\n", FRAME[:-1], FRAME + FRAME, b"\0" * 100])
def test_a_broken_event_is_removed_and_counted(spool: Path, content: bytes) -> None:
    (spool / "0000000000001.000-1.json").write_bytes(content)
    (spool / "0000000000002.000-1.json").write_bytes(FRAME)
    drained = drain(spool)
    assert [event.line for event in drained.events] == [FRAME[:-1]]
    assert drained.dropped == 1
    assert os.listdir(spool) == ["0000000000002.000-1.json"]


def test_an_event_that_no_frame_can_hold_is_removed_unread(spool: Path) -> None:
    content = b'{"cmd":"HOOK","event":"%b"}\n' % (b"x" * 8 * 1024 * 1024)
    (spool / "0000000000001.000-1.json").write_bytes(content)
    drained = drain(spool)
    assert (drained.events, drained.dropped) == ((), 1)
    assert os.listdir(spool) == []


def test_what_is_not_an_event_is_left_alone(spool: Path) -> None:
    names = ["notes.txt", "1-2.json.bak", "x-1.json", "1.json", "\u0661-1.json"]
    for name in names:
        (spool / name).write_bytes(FRAME)
    (spool / "1-1.json").mkdir()
    os.mkfifo(spool / "2-1.json")
    assert drain(spool).events == ()
    assert len(list(spool.iterdir())) == len(names) + 2


def test_a_link_is_not_followed(scratch_home: Path, spool: Path) -> None:
    (scratch_home / "target").write_bytes(FRAME)
    (spool / "1-1.json").symlink_to(scratch_home / "target")
    assert drain(spool).events == ()
    assert (scratch_home / "target").exists()


def test_a_folder_that_is_a_link_is_not_entered(scratch_home: Path, spool: Path) -> None:
    (spool / "1-1.json").write_bytes(FRAME)
    (scratch_home / "link").symlink_to(spool)
    assert drain(scratch_home / "link").events == ()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_somebody_else_is_not_read(spool: Path) -> None:
    (spool / "1-1.json").write_bytes(FRAME)
    os.chown(spool / "1-1.json", 65534, 65534)
    (spool / "2-1.json").write_bytes(FRAME)
    assert [event.name for event in drain(spool).events] == ["2-1.json"]
    os.chown(spool, 65534, 65534)
    assert drain(spool).events == ()


def test_a_count_of_dropped_events_that_is_a_link_counts_nothing(
    scratch_home: Path, spool: Path
) -> None:
    (scratch_home / "target").write_bytes(b"....")
    (spool / "dropped").symlink_to(scratch_home / "target")
    assert drain(spool).dropped == 0
