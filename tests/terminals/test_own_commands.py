"""Commands of the user's own: for whom they are, what they are told, and how long they may take."""

import json
import os
from pathlib import Path

import anyio
import pytest
from tests.terminals.sessions import SESSION_ID, session
from tests.terminals.stand_ins import StandIns

from agent_console.config_terminals import JumpCommand, JumpConfig
from agent_console.model.session import Session, Terminal
from agent_console.terminals.jumping import jump
from agent_console.terminals.outcome import CannotJump, Jumped
from agent_console.terminals.own_command import matching

GHOSTTY = Terminal(term_program="ghostty", windowid="77")


def config(*command: str, seconds: int = 10, **when: str) -> JumpConfig:
    return JumpConfig(seconds, (JumpCommand(command, when),))


async def test_a_command_that_matches_comes_before_what_is_built_in(programs: StandIns) -> None:
    programs.add("mine")
    programs.add("kitten")
    kitty = Terminal(kitty_window_id="7", kitty_listen_on="unix:/k")

    result = await jump(session(kitty), config("mine", "--here"), environ={})

    assert result == Jumped("by your command `mine`")
    assert programs.call.words == ["mine", "--here"]


async def test_it_is_told_of_the_session_in_variables(programs: StandIns) -> None:
    programs.add("mine")
    text = 'a "quoted" $(name); `x`'

    await jump(session(GHOSTTY, label=text, priority=3), config("mine"), environ={})

    env = programs.call.env
    told = {
        name.removeprefix("AGENT_CONSOLE_"): value
        for name, value in env.items()
        if name.startswith("AGENT_CONSOLE_")
    }
    assert told == {
        "SESSION_ID": SESSION_ID,
        "STATUS": "attention",
        "DISPLAY_NAME": "shop",
        "AGENT_TYPE": "claude-code",
        "WORKING_DIR": "/srv/shop",
        "LABEL": text,
        "PRIORITY": "3",
        "SINCE_MS": "1",
        "LAST_SEEN_MS": "1",
        "SEEN": "false",
        "CLOSED": "false",
        "REV": "0",
        "TERM_PROGRAM": "ghostty",
        "WINDOWID": "77",
    }


async def test_it_reads_the_session_as_json(scratch_home: Path) -> None:
    out = scratch_home / "stdin.json"

    await jump(session(GHOSTTY), config("sh", "-c", f"cat > {out}"), environ={})

    told = json.loads(out.read_text())
    assert told["session_id"] == SESSION_ID
    assert told["terminal"] == {"term_program": "ghostty", "windowid": "77"}


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ({}, True),
        ({"TERM_PROGRAM": "ghostty"}, True),
        ({"TERM_PROGRAM": "ghost*", "working_dir": "/srv/*"}, True),
        ({"TERM_PROGRAM": "ghost*", "working_dir": "/home/*"}, False),
        ({"TERM_PROGRAM": "Ghostty"}, False),
        ({"KITTY_WINDOW_ID": "*"}, False),
        ({"label": "*"}, False),
    ],
)
def test_every_pattern_has_to_match(when: dict[str, str], matches: bool) -> None:
    first, rest = JumpCommand(("first",), when), JumpCommand(("rest",))

    assert matching((first, rest), session(GHOSTTY)) is (first if matches else rest)


async def test_a_command_that_fails_says_so_and_nothing_else_is_tried(programs: StandIns) -> None:
    programs.add("mine", code=3, stderr="no window 77\n")
    programs.add("kitten")
    kitty = Terminal(kitty_window_id="7", kitty_listen_on="unix:/k")

    result = await jump(session(kitty), config("mine"), environ={})

    assert result == CannotJump("Your command `mine` failed: no window 77.")
    assert len(programs.calls) == 1


async def test_a_command_that_takes_too_long_is_killed_with_its_children(
    scratch_home: Path,
) -> None:
    """The child holds a pipe open for as long as it lives: its end is the end of the child."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    fifo = scratch_home / "alive"
    os.mkfifo(fifo)
    os.close(reading)
    os.close(writing)
    ready = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    script = f"exec 9>{fifo}; (sleep 300; true) & sleep 300"

    result = await jump(session(), config("sh", "-c", script, seconds=1), environ={})

    assert isinstance(result, CannotJump)
    assert "did not end within 1 s and was killed" in result.message
    with anyio.fail_after(10):
        # No writer any more: reading gives the end of the file at once.
        await anyio.wait_readable(ready)
    assert os.read(ready, 1) == b""
    os.close(ready)


async def test_what_a_command_leaves_in_the_background_is_not_waited_for(
    scratch_home: Path,
) -> None:
    fifo = scratch_home / "go"
    os.mkfifo(fifo)
    told = scratch_home / "told"
    script = f"(read line <{fifo}; echo $line >{told}) & exit 0"

    with anyio.fail_after(8):
        result = await jump(session(), config("sh", "-c", script), environ={})

    assert isinstance(result, Jumped)
    with fifo.open("w") as go:
        go.write("alive\n")
    with anyio.fail_after(10):
        while not told.exists() or told.read_text() != "alive\n":
            await anyio.lowlevel.checkpoint()


def test_a_session_without_a_terminal_has_facts_too() -> None:
    alone: Session = session()
    assert matching((JumpCommand(("x",), {"status": "attention"}),), alone) is not None
