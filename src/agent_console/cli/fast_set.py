"""`agent-console set` in its plain forms: one line sent, one answer read, nothing printed.

Rule: it imports only what the interpreter has in it already, and decides nothing. Whatever is not
plain (another option, a wrong value, a refusal, no daemon) is left to cli/commands/set.py, which
does it again from the start: a SET that was refused changed nothing, and one that was taken may be
sent twice.
"""

import os

from agent_console.paths import socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

STATUSES = ("working", "attention", "question", "closed")
ANSWER_SECONDS = 2.0
"""A daemon that takes longer is asked again by the full command, which says what is wrong."""

_FIELDS = {
    "--working-dir": "working_dir",
    "--label": "label",
    "--note": "note",
    "--reason": "reason",
    "--agent-type": "agent_type",
}
_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(32), 34, 92, 127)}


def run_set(arguments: list[str]) -> int | None:
    """Carry out the command: its exit code, or None when the full command has to do it.

    Args:
        arguments: What follows `set`.
    """
    try:
        socket, line = _request(iter(arguments))
    except (ValueError, OSError, StopIteration):
        return None
    answer = _answer_to(line, socket)
    # Quotes inside a text are escaped, so this can only be a member of the answer itself.
    return 0 if b'"ok":true' in answer else None


def _request(arguments: "Iterator[str]") -> tuple[str | None, bytes]:
    """The socket that was named, and the line to send.

    Raises:
        ValueError, StopIteration: This is no plain form.
        OSError: The working directory is gone.
    """
    socket: str | None = None
    words: list[str] = []
    members: dict[str, str] = {}
    for argument in arguments:
        if not argument.startswith("-"):
            words.append(argument)
            continue
        option, given, value = argument.partition("=")
        if option == "--no-start" and not given:
            continue
        if not given:
            value = next(arguments)
        if option == "--socket" and value:
            socket = value
        elif option == "--priority":
            members["priority"] = str(int(value)) if value else "null"
        else:
            if option == "--working-dir" and value:
                value = os.path.abspath(value)
            members[_field(option)] = _quoted(value) if value else "null"
    session_id, *status = words
    if may_be_cut_short(session_id):
        raise ValueError(session_id)
    if status:
        if len(status) > 1 or status[0] not in STATUSES:
            raise ValueError(status)
        members["status"] = f'"{status[0]}"'
    rest = "".join([f',"{name}":{value}' for name, value in members.items()])
    return socket, f'{{"cmd":"SET","session_id":{_quoted(session_id)}{rest}}}\n'.encode()


def may_be_cut_short(session_id: str) -> bool:
    """Whether an id looks like the beginning of a UUID: then the board has to be asked first."""
    return 4 <= len(session_id) < 36 and not session_id.strip("0123456789abcdefABCDEF-")


def _field(option: str) -> str:
    try:
        return _FIELDS[option]
    except KeyError:
        raise ValueError(option) from None


def _quoted(text: str) -> str:
    """The text as a JSON string. Bytes that are no UTF-8 cannot travel and are replaced."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return f'"{clean.translate(_ESCAPES)}"'


def _answer_to(line: bytes, socket: str | None) -> bytes:
    """The daemon's answer; nothing when it gives none in time."""
    try:
        import _socket  # noqa: PLC0415 - its wrapper `socket` imports selectors and enum

        connection = _socket.socket(_socket.AF_UNIX)
        try:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(socket_path(socket))
            connection.sendall(line)
            answer = b""
            while not answer.endswith(b"\n"):
                received = connection.recv(1 << 16)
                if not received:
                    return b""
                answer += received
            return answer
        finally:
            connection.close()
    except Exception:  # noqa: BLE001 - the full command meets the same and says it well
        return b""
