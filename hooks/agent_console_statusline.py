"""The status line of Claude Code: tells the daemon what it says, and prints a line of its own.

    python3 -I -S -E agent_console_statusline.py SOCKET [--chain FILE] <payload

With `--chain` the command in FILE, the person's own status line, gets the same stdin and prints
instead: its output and its exit code are what Claude Code sees.

Rule: a status line is drawn again and again, so nothing here waits long, and what goes wrong costs
a part of the line and never shows a traceback. `agent-console statusline` runs this file too.
"""

import posix
import sys
from _signal import ITIMER_REAL, SIG_DFL, SIGALRM, SIGPIPE, setitimer, signal
from time import localtime, monotonic, strftime, time

STDIN_SECONDS = 1.0
DAEMON_SECONDS = 0.15
MAX_LINE_BYTES = 1024 * 1024
PIPE_BYTES = 16 * 1024
"""What every system's pipe takes without a reader."""

BUSY_PERCENT, FULL_PERCENT = 70, 90
BOLD, DIM, GREEN, YELLOW, RED = "1", "2", "32", "33", "31"
SEPARATOR = " · "


def main(arguments):
    """Draw the line, or let the person's own command draw it; the exit code."""
    socket, *rest = arguments or [""]
    payload = stdin()
    command = chained(rest[1]) if len(rest) == 2 and rest[0] == "--chain" else ""
    daemon = send(socket, payload)
    if command:
        become(command, payload)
    line = drawn(parsed(payload), parsed(answer(daemon)).get("data"))
    if line:
        posix.write(1, line.encode("utf-8", "replace") + b"\n")
    return 0


def stdin():
    """The payload; of one that never ends, what came in time."""

    def too_late(*_):
        raise TimeoutError

    payload = bytearray()
    try:
        signal(SIGALRM, too_late)
        setitimer(ITIMER_REAL, STDIN_SECONDS)
        while chunk := posix.read(0, 1 << 16):
            payload += chunk
            if chunk.endswith(b"}\n") and payload.find(b"\n") == len(payload) - 1:
                break
    except OSError:
        pass
    finally:
        setitimer(ITIMER_REAL, 0)
    return bytes(payload)


def chained(path):
    """The person's own command; nothing when it cannot be read or would only call us again."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            command = file.read().strip()
    except OSError:
        return ""
    return "" if "agent_console_statusline" in command else command


def become(command, payload):
    """Be the shell that runs the command with the payload on its stdin; returns only on failure."""
    try:
        reading, writing = posix.pipe()
        if len(payload) <= PIPE_BYTES:
            feed(writing, payload)
        elif posix.fork():
            posix.close(writing)
        else:
            posix.close(reading)
            feed(writing, payload)
            posix._exit(0)
        posix.dup2(reading, 0)
        signal(SIGPIPE, SIG_DFL)  # Python ignores it, and the command would inherit that
        posix.execv("/bin/sh", ["sh", "-c", command])
    except OSError:
        return


def feed(writing, payload):
    """Write the payload as far as somebody reads it."""
    try:
        while payload:
            payload = payload[posix.write(writing, payload) :]
    except OSError:
        pass
    posix.close(writing)


def send(socket, payload):
    """A connection on which the daemon will answer; None when it does not take the payload."""
    line = b'{"cmd":"STATUSLINE","event":%b}\n' % payload.replace(b"\n", b" ")
    if not payload.strip() or len(line) > MAX_LINE_BYTES:
        return None
    try:
        import _socket  # noqa: PLC0415 - a system without it still gets a line

        connection = _socket.socket(_socket.AF_UNIX)
    except (ImportError, OSError):
        return None
    try:
        connection.settimeout(DAEMON_SECONDS)
        connection.connect(socket)
        connection.sendall(line)
    except OSError:
        connection.close()
        return None
    return connection


def answer(connection):
    """The daemon's answer, or nothing when it takes too long."""
    if connection is None:
        return b""
    received = bytearray()
    deadline = monotonic() + DAEMON_SECONDS
    try:
        while not received.endswith(b"\n"):
            connection.settimeout(max(deadline - monotonic(), 0.001))
            chunk = connection.recv(1 << 16)
            if not chunk:
                break
            received += chunk
    except OSError:
        pass
    finally:
        connection.close()
    return bytes(received)


def parsed(text):
    """The JSON object, or an empty one."""
    if not text.strip():
        return {}
    from json import loads  # noqa: PLC0415 - a chained command needs none

    try:
        value = loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def drawn(payload, figures):
    """The line.

    Args:
        payload: What Claude Code said.
        figures: What the daemon said (protocol.messages.StatusLineResult), or None.
    """
    figures = figures if isinstance(figures, dict) else {}
    parts = [
        model(payload),
        # The ledger leaves out what a fork inherited; before it knows anything, what Claude says.
        money(number(figures, "session_cost_usd") or number(payload, "cost", "total_cost_usd")),
        money(number(figures, "today_cost_usd"), " today"),
        share(number(payload, "context_window", "used_percentage"), "", " context"),
        *(limit(payload, figures, name, label) for name, label in LIMITS),
    ]
    return painted(SEPARATOR, DIM).join(part for part in parts if part)


LIMITS = (("five_hour", "5h "), ("seven_day", "7d "))


def model(payload):
    """The model's name."""
    found = payload.get("model")
    name = found.get("display_name") or found.get("id") if isinstance(found, dict) else found
    name = "".join(filter(str.isprintable, name))[:40] if isinstance(name, str) else ""
    return painted(name, BOLD) if name else ""


def money(usd, suffix=""):
    """An amount, or nothing when it is not known."""
    return "" if usd is None else f"${usd:,.2f}{painted(suffix, DIM)}"


def limit(payload, figures, name, label):
    """How much of one of the account's limits is used, and until when, once that matters."""
    percent = number(payload, "rate_limits", name, "used_percentage")
    resets_at = number(payload, "rate_limits", name, "resets_at")
    if percent is None:
        percent = number(figures, "limits", name, "used_percent")
        resets_at_ms = number(figures, "limits", name, "resets_at_ms")
        resets_at = None if resets_at_ms is None else resets_at_ms / 1000
    if resets_at is not None and resets_at <= time():
        return ""
    until = ""
    if resets_at is not None and percent is not None and percent >= BUSY_PERCENT:
        until = strftime(
            " until %H:%M" if name == "five_hour" else " until %a", localtime(resets_at)
        )
    return share(percent, label, until)


def share(percent, label, suffix):
    """A percentage in the colour of how bad it is, or nothing when it is not known."""
    if percent is None:
        return ""
    colour = RED if percent >= FULL_PERCENT else YELLOW if percent >= BUSY_PERCENT else GREEN
    return painted(label, DIM) + painted(f"{percent:.0f}%", colour) + painted(suffix, DIM)


def number(found, *path):
    """The number at a path of keys; None when there is no finite one."""
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
    return found if is_number and abs(found) < 1e15 else None


def painted(text, style):
    """The text in a style of the terminal, unless the person wants none."""
    if not text or posix.environ.get(b"NO_COLOR"):
        return text
    return f"\x1b[{style}m{text}\x1b[0m"


if __name__ == "__main__":
    try:  # noqa: SIM105 - contextlib costs more than the whole line
        main(sys.argv[1:])
    except BaseException:
        pass
    posix._exit(0)
