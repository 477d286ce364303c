"""What Claude Code runs at each hook event: hand it to agent-console and get out of the way.

    python3 -I -S -E agent_console_hook.py SOCKET EVENT <payload

Rule: it prints nothing, ends with 0, waits for no answer, and loads only what the interpreter has
in it already. Every line here is compiled at every event, so whatever is rare (a daemon that does
not take the event, a payload that cannot travel whole) lives in agent_console_hook_rare.py.

The payload is not parsed: what an event means is the daemon's business, so a better understanding
of it needs no new installation. The environment holds secrets: only VARIABLES leave.
"""

import posix
import sys
from _signal import ITIMER_REAL, SIGALRM, setitimer, signal
from time import time

SENT_AT_MS = time() * 1000
STDIN_SECONDS = 1.0
SOCKET_SECONDS = 0.1
MAX_FRAME_BYTES = 8 * 1024 * 1024
MAX_VALUE_CHARACTERS = 512
VARIABLES = (
    b"CLAUDE_PID CLAUDE_CODE_SESSION_ID CLAUDE_PROJECT_DIR CLAUDE_CONFIG_DIR CLAUDE_CODE_ENTRYPOINT"
    b" CLAUDE_CODE_SESSION_ATTENDED CLAUDE_JOB_DIR TMUX TMUX_PANE KITTY_WINDOW_ID KITTY_LISTEN_ON"
    b" WEZTERM_PANE WEZTERM_UNIX_SOCKET ZELLIJ_SESSION_NAME ZELLIJ_PANE_ID ITERM_SESSION_ID"
    b" TERM_PROGRAM TERM_SESSION_ID WINDOWID STY VSCODE_PID SSH_CONNECTION SSH_TTY"
).split()
ESCAPES = {code: f"\\u{code:04x}" for code in (*range(32), 34, 92)}


def quoted(value, limit=MAX_VALUE_CHARACTERS):
    """The bytes as a JSON string; what is no UTF-8 is replaced."""
    return f'"{value.decode("utf-8", "replace")[:limit].translate(ESCAPES)}"'


def rare(task, *arguments):
    """Do what one of the functions in the second file does."""
    text = posix.open(f"{__file__[:-3]}_rare.py", posix.O_RDONLY)
    functions = {}
    exec(posix.read(text, 1 << 20), functions)
    return functions[task](*arguments)


def too_late(*_):
    """Stop waiting for stdin."""
    raise TimeoutError


def payload():
    """What stdin holds, and whether it holds all of it.

    The other end may stay open, so one line that ends like an object is complete too.
    """
    event = bytearray()
    try:
        while chunk := posix.read(0, 1 << 16):
            event += chunk
            if chunk.endswith(b"}\n") and event.find(b"\n") == len(event) - 1:
                break
            if len(event) > MAX_FRAME_BYTES:
                rare("read_to_nowhere", 0)
                return event, False
    except OSError:
        return event, event.rstrip().endswith(b"}")
    return event, bool(event) and not event.isspace()


try:
    socket, event_name = ([*sys.argv[1:], "", ""])[:2]
    signal(SIGALRM, too_late)
    setitimer(ITIMER_REAL, STDIN_SECONDS)
    event, whole = payload()
    setitimer(ITIMER_REAL, 0)
    env = ",".join(
        [
            f'"{name.decode()}":{quoted(value)}'
            for name in VARIABLES
            if (value := posix.environ.get(name)) is not None
        ]
    )
    start = f'{{"cmd":"HOOK","sent_at":{SENT_AT_MS:.3f},"env":{{{env}}},'.encode()
    frame = b'%b"event":%b}\n' % (start, event.replace(b"\n", b" "))
    if not whole or len(frame) > MAX_FRAME_BYTES:
        frame = rare("described", start, event, event_name, quoted)
    if not socket:
        socket = rare("socket_path")
    try:
        import _socket

        connection = _socket.socket(_socket.AF_UNIX)
        connection.settimeout(SOCKET_SECONDS)
        connection.connect(socket)
        connection.sendall(frame)
    except Exception:
        # What the kernel took in part the daemon drops: a frame ends with a newline.
        rare("spool", socket, f"{SENT_AT_MS:017.3f}", frame)
except BaseException:
    pass
posix._exit(0)
