"""The gate: asks Claude Code to stop when a hard budget is spent. Only where it was installed.

    python3 -I -S -E agent_console_gate.py SOCKET EVENT <payload

Rule: it fails open. No daemon, a slow one, an answer that is none, a bug here: nothing is printed
and the code is 0, which is what Claude Code takes for "go on". It is waited for before each prompt
and each tool, so it loads only what the interpreter has in it, and has DEADLINE_SECONDS in all.

This is the one script of ours that may print; what it prints is JSON for Claude Code.
"""

import posix
import sys
from _signal import ITIMER_REAL, SIGALRM, setitimer, signal

DEADLINE_SECONDS = 0.3
MAX_ANSWER_BYTES = 64 * 1024
ESCAPES = {code: f"\\u{code:04x}" for code in (*range(32), 34, 92)}


def give_up(*_):
    """The time is over: go on."""
    posix._exit(0)


def quoted(value):
    """The bytes as a JSON string; what is no UTF-8 is replaced."""
    return f'"{value.decode("utf-8", "replace").translate(ESCAPES)}"'


def read_payload():
    """Take the payload, so that its writer meets no closed pipe."""
    payload = bytearray()
    while chunk := posix.read(0, 1 << 16):
        payload += chunk
        if chunk.endswith(b"}\n") and payload.find(b"\n") == len(payload) - 1:
            break
    return payload


def question(payload):
    """The line to send: which session asks, and where it works."""
    session = posix.environ.get(b"CLAUDE_CODE_SESSION_ID")
    if not session:
        from json import loads  # noqa: PLC0415 - older clients

        session = loads(payload)["session_id"].encode()
    try:
        folder = f',"working_dir":{quoted(posix.getcwdb())}'
    except OSError:  # it is gone
        folder = ""
    return f'{{"cmd":"GATE","session_id":{quoted(session)}{folder}}}\n'.encode()


def asked(socket, line):
    """The daemon's answer."""
    import _socket  # noqa: PLC0415 - not before there is something to ask

    connection = _socket.socket(_socket.AF_UNIX)
    connection.settimeout(DEADLINE_SECONDS)
    connection.connect(socket)
    connection.sendall(line)
    answer = bytearray()
    while not answer.endswith(b"\n") and len(answer) < MAX_ANSWER_BYTES:
        chunk = connection.recv(1 << 14)
        if not chunk:
            break
        answer += chunk
    return answer


def stop(event, answer):
    """What tells Claude Code to stop, as its documentation of hooks says."""
    from json import dumps, loads  # noqa: PLC0415 - rarely

    data = loads(answer)["data"]
    if data["blocked"] is not True:
        return b""
    reason = str(data["reason"] or "A hard budget is spent.")
    if event == "UserPromptSubmit":
        output = {"decision": "block", "reason": reason}
    else:
        output = {
            "continue": False,
            "stopReason": reason,
            "hookSpecificOutput": {
                "hookEventName": event,
                "permissionDecision": "deny",
                "permissionDecisionReason": reason,
            },
        }
    return dumps(output).encode() + b"\n"


try:
    signal(SIGALRM, give_up)
    setitimer(ITIMER_REAL, DEADLINE_SECONDS)
    socket, event = ([*sys.argv[1:], "", ""])[:2]
    line = question(read_payload())
    answer = asked(socket, line)
    if b'"blocked":true' in answer:
        output = stop(event, answer)
        setitimer(ITIMER_REAL, 0)  # all of it or nothing
        posix.write(1, output)
except BaseException:
    pass
posix._exit(0)
