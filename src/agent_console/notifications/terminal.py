"""Notices by the terminal itself: an escape sequence where it knows one, the bell elsewhere.

Rule: they go to the terminal (/dev/tty, else stderr when it is one), never to stdout, which is
data. What is inside tmux, screen or zellij rings the bell: these mark the window that rang.
"""

import os
import sys
from collections.abc import Mapping

from agent_console.notifications.notice import Notice

BELL = "\a"
_MULTIPLEXERS = ("TMUX", "STY", "ZELLIJ")
_OSC_9 = ("iTerm.app",)
_OSC_777 = ("WezTerm", "ghostty")
_OSC_777_TERMS = ("foot", "rxvt-unicode", "xterm-ghostty")


def sequence(notice: Notice, environ: Mapping[str, str], *, sound: bool) -> str:
    """What to write to the terminal for a notice.

    OSC 9 is iTerm2's (https://iterm2.com/documentation-escape-codes.html; kitty takes it too), OSC
    777 is rxvt-unicode's (also WezTerm, Ghostty, foot). Both end with the bell's character, which
    is silent there.
    """
    ring = BELL if sound else ""
    program, term = environ.get("TERM_PROGRAM", ""), environ.get("TERM", "")
    if any(environ.get(name) for name in _MULTIPLEXERS):
        return BELL
    if program in _OSC_777 or term.startswith(_OSC_777_TERMS):
        # A semicolon ends the title.
        title = notice.title.replace(";", ",")
        return f"\x1b]777;notify;{title};{notice.body}{BELL}{ring}"
    if program in _OSC_9 or term == "xterm-kitty":
        text = f"{notice.title}: {notice.body}" if notice.body else notice.title
        return f"\x1b]9;{text}{BELL}{ring}"
    return BELL


def tell(notice: Notice, environ: Mapping[str, str], *, sound: bool) -> bool:
    """Tell the terminal; whether there is one."""
    text = sequence(notice, environ, sound=sound).encode("utf-8", "replace")
    try:
        tty = os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return _tell_stderr(text)
    try:
        os.write(tty, text)
    except OSError:
        return False
    finally:
        os.close(tty)
    return True


def _tell_stderr(text: bytes) -> bool:
    try:
        if sys.stderr is None or not sys.stderr.isatty():
            return False
        sys.stderr.flush()
        os.write(sys.stderr.fileno(), text)
    except (OSError, ValueError):
        return False
    return True
