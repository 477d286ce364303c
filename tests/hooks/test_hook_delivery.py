"""What a hook sends to a daemon that listens."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from tests.hooks.running import (
    DEADLINE_SECONDS,
    HOOK,
    RARE,
    Listener,
    arguments,
    event_of,
    hook,
    run,
    spool_of,
    spooled,
)

MAX_LINE_BYTES = 8 * 1024 * 1024


def test_the_payload_arrives_verbatim_and_at_once(listener: Listener, socket_path: Path) -> None:
    payload = b'{"hook_event_name": "Stop", "text": "\\u00e4 \xc3\xa4 \\n", "session_id":"s"}'
    before_ms = time.time() * 1000
    run(arguments(socket_path), payload + b"\n")
    (request,) = listener.hooks()
    assert event_of(request).strip() == payload
    assert request.sent_at is not None
    assert before_ms - 1 <= request.sent_at <= time.time() * 1000
    assert not spool_of(socket_path).exists()


def test_newlines_between_the_tokens_become_blanks(listener: Listener, socket_path: Path) -> None:
    value = {"hook_event_name": "Stop", "list": [1, {"two": "a\nb"}]}
    run(arguments(socket_path), json.dumps(value, indent=2).encode() + b"\n")
    (request,) = listener.hooks()
    assert json.loads(event_of(request)) == value


def test_a_line_that_ends_like_an_object_is_not_the_end_of_several_lines(
    listener: Listener, socket_path: Path, scratch_home: Path
) -> None:
    """The hook reads 64 KiB at a time; here they end with a brace and a newline."""
    payload = b'{"a":\n%b{}\n}\n' % (b" " * ((1 << 16) - 9))
    assert payload[: 1 << 16].endswith(b"}\n")
    (scratch_home / "payload").write_bytes(payload)
    command = ["/bin/sh", "-c", 'exec "$@" <payload', "sh", *arguments(socket_path)]
    run(command, cwd=scratch_home)
    assert json.loads(event_of(listener.hooks()[0])) == {"a": {}}


def test_a_payload_without_newline_is_complete_when_stdin_ends(
    listener: Listener, socket_path: Path
) -> None:
    run(arguments(socket_path), b'{"a":1}')
    assert event_of(listener.hooks()[0]) == b'{"a":1}'


def test_a_large_payload_arrives_whole(listener: Listener, socket_path: Path) -> None:
    payload = json.dumps({"text": "x" * 7_000_000}).encode()
    run(arguments(socket_path), payload + b"\n")
    # A busy machine may not take seven megabytes within the bound; then they wait in the spool.
    frames = [*listener.frames(), *spooled(socket_path)]
    assert event_of(hook(frames[-1])).strip() == payload


@pytest.mark.parametrize("size", [MAX_LINE_BYTES - 400, MAX_LINE_BYTES + 1, 10_000_000])
def test_no_frame_is_longer_than_the_wire_allows(socket_path: Path, size: int) -> None:
    run(
        arguments(socket_path, "PostToolUse"),
        b'{"text":"\xc3\xa4%b"}\n' % (b"x" * size),
        env={"CLAUDE_CODE_SESSION_ID": "s-1"},
    )
    (frame,) = spooled(socket_path)
    assert len(frame) < MAX_LINE_BYTES
    request = hook(frame)
    if size < MAX_LINE_BYTES:
        assert request.head is None
        assert len(event_of(request)) > size
    else:
        assert (request.event_name, request.session_id) == ("PostToolUse", "s-1")
        assert request.head is not None
        assert request.head.startswith('{"text":"äxxx')
        assert len(request.head.encode()) == 64 * 1024


def test_the_writer_of_a_payload_that_is_too_long_meets_no_closed_pipe(
    listener: Listener, socket_path: Path
) -> None:
    with subprocess.Popen(
        arguments(socket_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
    ) as process:
        assert process.stdin is not None
        for _ in range(30):
            process.stdin.write(b"x" * 1_000_000)
        process.stdin.close()
        assert process.wait(DEADLINE_SECONDS) == 0
    assert listener.hooks()[0].event_name == "Stop"


@pytest.mark.parametrize("stdin", [b"", b"\n", b" \n\n"])
def test_an_empty_stdin_still_tells_which_event_of_which_session(
    listener: Listener, socket_path: Path, stdin: bytes
) -> None:
    run(arguments(socket_path), stdin, env={"CLAUDE_CODE_SESSION_ID": 'a"b'})
    (request,) = listener.hooks()
    assert (request.event_name, request.session_id) == ("Stop", 'a"b')


def test_a_closed_stdin_is_an_empty_one(listener: Listener, socket_path: Path) -> None:
    run(["/bin/sh", "-c", 'exec "$@" <&-', "sh", *arguments(socket_path)])
    assert listener.hooks()[0].event_name == "Stop"


@pytest.mark.parametrize("stdin", [b"no json at all\n", b'{"a":', b"\xff\xfe\x00", b'}{"cmd"\n'])
def test_what_is_no_json_is_sent_on_for_the_daemon_to_refuse(
    listener: Listener, socket_path: Path, stdin: bytes
) -> None:
    run(arguments(socket_path), stdin)
    (frame,) = listener.frames()
    assert frame.endswith(b'"event":' + stdin.replace(b"\n", b" ") + b"}\n")


def test_a_line_that_ends_is_enough_when_stdin_stays_open(
    listener: Listener, socket_path: Path, scratch_home: Path
) -> None:
    patient = _patient_hook(scratch_home)
    _run_with_open_stdin(arguments(socket_path, script=patient), b'{"a":1}\n')
    assert event_of(listener.hooks()[0]).strip() == b'{"a":1}'


def test_a_payload_without_newline_is_sent_although_stdin_stays_open(
    listener: Listener, socket_path: Path
) -> None:
    _run_with_open_stdin(arguments(socket_path), b'{"a":1}')
    assert event_of(listener.hooks()[0]) == b'{"a":1}'


def test_a_payload_that_stops_short_is_described(listener: Listener, socket_path: Path) -> None:
    _run_with_open_stdin(arguments(socket_path), b'{"hook_event_name":"St')
    (request,) = listener.hooks()
    assert (request.event_name, request.head) == ("Stop", '{"hook_event_name":"St')


def test_an_open_stdin_without_a_byte_is_described(listener: Listener, socket_path: Path) -> None:
    _run_with_open_stdin(arguments(socket_path), b"")
    assert listener.hooks()[0].event_name == "Stop"


@pytest.mark.parametrize("missing", [1, 2])
def test_missing_arguments_are_borne(scratch_home: Path, missing: int) -> None:
    """Without a socket the usual one is taken; without an event name the payload has it."""
    listener = Listener(scratch_home / "given.sock")
    command = arguments(listener.path)[:-missing]
    run(command, env={"AGENT_CONSOLE_SOCKET": str(listener.path)})
    listener.close()
    assert event_of(listener.hooks()[0]).strip() == b'{"a":1}'


def test_it_loads_nothing_but_what_the_interpreter_has_in_it(
    socket_path: Path, listener: Listener
) -> None:
    """`-X importtime` names every import; none may be a file except the socket's C module."""
    command = arguments(socket_path)
    bare = _imports([*command[:4], "-c", "pass"])
    ours = _imports(command)
    assert listener.hooks()
    assert ours - bare <= {"_socket", "time"}


def _imports(command: list[str]) -> set[str]:
    done = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]],
        input=b"{}\n",
        capture_output=True,
        env={},
        timeout=DEADLINE_SECONDS,
        check=True,
    )
    lines = done.stderr.decode().splitlines()[1:]
    return {line.rpartition("|")[2].strip() for line in lines}


def _patient_hook(folder: Path) -> Path:
    """The hook, which waits an hour for stdin: what comes sooner did not come by the deadline."""
    text = HOOK.read_text()
    patient = text.replace("STDIN_SECONDS = 1.0", "STDIN_SECONDS = 3600.0")
    assert patient != text
    (folder / RARE.name).write_text(RARE.read_text())
    script = folder / HOOK.name
    script.write_text(patient)
    return script


def _run_with_open_stdin(command: list[str], stdin: bytes) -> None:
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(stdin)
        process.stdin.flush()
        try:
            code = process.wait(DEADLINE_SECONDS)
        finally:
            process.kill()
        assert (process.stdout.read(), process.stderr.read(), code) == (b"", b"", 0)
