"""What the terminal itself is told: the sequence it knows, else its bell, and never on stdout."""

import os
import pty
import subprocess
import sys

import pytest

from agent_console.notifications.notice import Notice
from agent_console.notifications.terminal import sequence

NOTICE = Notice("shop; asks", "Which colour?")
BELL = "\a"
OSC_777 = "\x1b]777;notify;shop, asks;Which colour?\a"
OSC_9 = "\x1b]9;shop; asks: Which colour?\a"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, OSC_9),
        ({"TERM": "xterm-kitty"}, OSC_9),
        ({"TERM_PROGRAM": "WezTerm"}, OSC_777),
        ({"TERM_PROGRAM": "ghostty", "TERM": "xterm-ghostty"}, OSC_777),
        ({"TERM": "foot-extra"}, OSC_777),
        ({"TERM": "rxvt-unicode-256color"}, OSC_777),
        ({"TERM": "xterm-256color"}, BELL),
        ({}, BELL),
        ({"TERM_PROGRAM": "iTerm.app", "TMUX": "/tmp/t,1,0"}, BELL),
        ({"TERM_PROGRAM": "WezTerm", "ZELLIJ": "0"}, BELL),
        ({"TERM": "foot", "STY": "1.pts"}, BELL),
    ],
)
def test_each_terminal_gets_what_it_knows(environ: dict[str, str], expected: str) -> None:
    assert sequence(NOTICE, environ, sound=False) == expected


def test_sound_is_the_bell_beside_a_sequence_and_only_one_without() -> None:
    assert sequence(NOTICE, {"TERM": "foot"}, sound=True) == OSC_777 + BELL
    assert sequence(NOTICE, {}, sound=True) == BELL


PROGRAM = """\
import os
from agent_console.notifications.notice import Notice
from agent_console.notifications.terminal import tell
print(tell(Notice("a", "b"), {"TERM": "foot"}, sound=False))
"""


def test_it_goes_to_the_terminal_and_not_to_stdout() -> None:
    """Also when stdout and stderr are pipes: it is the terminal that the process belongs to."""
    master, slave = pty.openpty()
    program = f"import fcntl, termios\nfcntl.ioctl({slave}, termios.TIOCSCTTY, 0)\n{PROGRAM}"

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        pass_fds=(slave,),
        start_new_session=True,
        check=True,
    )

    assert done.stdout == b"True\n"
    assert done.stderr == b""
    assert os.read(master, 100) == b"\x1b]777;notify;a;b\a"
    os.close(slave)
    os.close(master)


def test_without_a_terminal_of_its_own_stderr_is_asked() -> None:
    master, slave = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=slave,
        start_new_session=True,
        check=True,
    )

    assert done.stdout == b"True\n"
    assert os.read(master, 100) == b"\x1b]777;notify;a;b\a"
    os.close(slave)
    os.close(master)


def test_where_there_is_no_terminal_nothing_is_written() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, start_new_session=True, check=True
    )

    assert (done.stdout, done.stderr) == (b"False\n", b"")
