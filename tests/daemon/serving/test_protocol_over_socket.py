"""What a client may send, in whatever pieces, and how each line is answered."""

import random
import select
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.daemon.running import Daemon, Wire, encoded

PING = b'{"cmd":"PING","id":"still there"}\n'


@pytest.fixture
def wire(shared_daemon: Daemon) -> Iterator[Wire]:
    with shared_daemon.connect() as wire:
        yield wire


@pytest.fixture
def session() -> str:
    return str(uuid.uuid4())


def refusal(answer: dict[str, Any]) -> str:
    assert answer["ok"] is False
    assert answer["version"] == 1
    assert answer["error"]["message"].endswith(".")
    return str(answer["error"]["code"])


def is_still_served(wire: Wire) -> bool:
    return bool(wire.ask(PING)["id"] == "still there")


# ---- framing -------------------------------------------------------------------------------


def test_a_line_may_be_cut_at_every_byte(wire: Wire, shared_daemon: Daemon, session: str) -> None:
    line = f'{{"cmd":"SET","session_id":"{session}","status":"working","note":"né€🙂"}}\n'.encode()
    with shared_daemon.connect() as other:
        for cut in range(1, len(line)):
            wire.send(line[:cut])
            assert is_still_served(other)  # by now the first piece was read
            wire.send(line[cut:])
            assert wire.line()["data"]["note"] == "né€🙂"


def test_a_line_may_come_byte_by_byte(wire: Wire) -> None:
    for byte in PING:
        wire.send(bytes([byte]))
    assert wire.line()["id"] == "still there"


def test_two_lines_in_one_write_are_two_requests(wire: Wire) -> None:
    wire.send({"cmd": "PING", "id": 1}, {"cmd": "PING", "id": 2})
    assert [line["id"] for line in wire.lines(2)] == [1, 2]


def test_blank_lines_are_no_requests(wire: Wire) -> None:
    wire.send(b"\n\n", {"cmd": "PING", "id": 1}, b"\n", {"cmd": "PING", "id": 2})
    assert [line["id"] for line in wire.finish()] == [1, 2]


def test_a_last_line_without_newline_is_no_request(wire: Wire) -> None:
    wire.send({"cmd": "PING", "id": 1}, PING[:-1])
    assert [line["id"] for line in wire.finish()] == [1]


def test_lines_may_end_as_on_other_systems(wire: Wire) -> None:
    wire.send(b'{"cmd":"PING","id":1}\r\n')
    assert wire.line()["id"] == 1


def test_who_ends_its_sending_still_gets_every_answer(wire: Wire, session: str) -> None:
    wire.send({"cmd": "SET", "session_id": session, "status": "working"})
    wire.send(
        *({"cmd": "UPSERT", "session_id": session, "turns": 1, "id": i} for i in range(0, 400, 2)),
        *({"cmd": "GET", "session_id": session, "id": i} for i in range(1, 400, 2)),
    )
    answers = wire.finish()
    assert [a["ok"] for a in answers] == [True] * 401
    assert answers[-1]["data"]["metadata"]["turns_used"] == 200


# ---- limits --------------------------------------------------------------------------------


def padded(cmd: str, size: int) -> bytes:
    """A line of `size` bytes, its newline not counted."""
    start = f'{{"cmd":"{cmd}","id":"long","event":{{"hook_event_name":"X","session_id":"s"}},"_":"'
    return start.encode() + b"x" * (size - len(start) - 2) + b'"}\n'


@pytest.mark.parametrize(("cmd", "limit"), [("PING", 1 << 20), ("HOOK", 8 << 20)])
def test_a_line_of_exactly_the_limit_is_taken(wire: Wire, cmd: str, limit: int) -> None:
    line = padded(cmd, limit)
    assert len(line) == limit + 1
    assert wire.ask(line)["ok"]
    assert is_still_served(wire)


@pytest.mark.parametrize(("cmd", "limit"), [("PING", 1 << 20), ("HOOK", 8 << 20)])
def test_a_line_of_one_byte_more_is_refused_and_ends_the_connection(
    wire: Wire, shared_daemon: Daemon, cmd: str, limit: int
) -> None:
    wire.send(padded(cmd, limit + 1), PING)
    assert refusal(wire.line()) == "frame_too_large"
    assert wire.rest() == []
    with shared_daemon.connect() as other:
        assert is_still_served(other)


def test_a_long_line_is_refused_before_its_end_and_its_rest_is_dropped(
    wire: Wire, shared_daemon: Daemon
) -> None:
    wire.send(padded("PING", 2 << 20)[: (1 << 20) + 1])
    assert refusal(wire.line()) == "frame_too_large"
    with shared_daemon.connect() as other:
        while not hung_up(wire):
            with suppress(BrokenPipeError):
                wire.send(b"x" * 4_096)
            assert is_still_served(other)


def hung_up(wire: Wire) -> bool:
    """Whether the daemon has closed its end."""
    poll = select.poll()
    poll.register(wire.socket, 0)
    return any(events & select.POLLHUP for _, events in poll.poll(0))


def test_what_was_asked_before_a_long_line_is_answered_first(wire: Wire, session: str) -> None:
    wire.send(
        {"cmd": "SET", "session_id": session, "status": "working"},
        {"cmd": "UPSERT", "session_id": session, "turns": 1},
        {"cmd": "META", "session_id": session},
        padded("PING", (1 << 20) + 1),
    )
    answers = wire.finish()
    assert [answer["ok"] for answer in answers] == [True, True, True, False]
    assert refusal(answers[-1]) == "frame_too_large"


# ---- bad lines -----------------------------------------------------------------------------

BAD_LINES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"hello", "bad_json"),
    "half an object": (b'{"cmd":"PING"', "bad_json"),
    "two objects": (b'{"cmd":"PING"}{"cmd":"PING"}', "bad_json"),
    "bad UTF-8": (b'{"cmd":"GET","session_id":"\xff\xfe"}', "bad_json"),
    "a byte order mark": (b'\xef\xbb\xbf{"cmd":"PING"}', "bad_json"),
    "bad UTF-8 where nobody looks": (b'{"cmd":"PING","x":"\xff"}', "bad_json"),
    "half a surrogate pair": (b'{"cmd":"GET","session_id":"\\ud800"}', "bad_json"),
    "NUL bytes": (b'\x00{"cmd":"PING"}\x00', "bad_json"),
    "a NUL in a string": (b'{"cmd":"GET","session_id":"a\x00"}', "bad_json"),
    "an escaped NUL in an id": (b'{"cmd":"GET","session_id":"a\\u0000"}', "invalid_value"),
    "deep arrays": (b"[" * 500_000, "bad_json"),
    "deep objects": (b'{"a":' * 100_000, "bad_json"),
    "deep nesting in a payload": (
        b'{"cmd":"HOOK","event":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "bad_json",
    ),
    "NaN": (b'{"cmd":"UPSERT","session_id":"%s","cost_usd":NaN}', "invalid_value"),
    "infinity": (b'{"cmd":"UPSERT","session_id":"%s","cost_usd":Infinity}', "invalid_value"),
    "infinity by overflow": (
        b'{"cmd":"UPSERT","session_id":"%s","cost_usd":1e999}',
        "invalid_value",
    ),
    "a negative count": (b'{"cmd":"UPSERT","session_id":"%s","turns":-1}', "invalid_value"),
    "a fraction": (b'{"cmd":"UPSERT","session_id":"%s","turns":1.5}', "invalid_value"),
    "a huge integer": (
        b'{"cmd":"UPSERT","session_id":"%s","turns":' + b"9" * 4_000 + b"}",
        "invalid_value",
    ),
    "an integer JSON cannot keep": (
        b'{"cmd":"UPSERT","session_id":"%s","turns":9007199254740992}',
        "invalid_value",
    ),
    "no UUID": (b'{"cmd":"UPSERT","session_id":"s"}', "invalid_value"),
    "an empty id": (b'{"cmd":"SET","session_id":"","status":"working"}', "invalid_value"),
    "a long id": (b'{"cmd":"GET","session_id":"' + b"x" * 201 + b'"}', "invalid_value"),
    "an unknown status": (b'{"cmd":"SET","session_id":"s","status":"busy"}', "invalid_value"),
    "an unknown topic": (b'{"cmd":"SUB","topics":["weather"]}', "invalid_value"),
    "a payload that is no object": (b'{"cmd":"HOOK","event":[]}', "invalid_value"),
    "a status line that is none": (b'{"cmd":"STATUSLINE","event":7}', "invalid_value"),
    "a missing field": (b'{"cmd":"GET"}', "bad_request"),
    "cmd named twice": (b'{"cmd":"PING","cmd":"LIST"}', "bad_request"),
    "no cmd": (b'{"id":1}', "bad_request"),
    "an array": (b"[]", "bad_request"),
    "a number": (b"1", "bad_request"),
    "null": (b"null", "bad_request"),
    "a string": (b'"PING"', "bad_request"),
    "an unknown command": (b'{"cmd":"FLY"}', "unknown_command"),
    "a command in small letters": (b'{"cmd":"ping"}', "unknown_command"),
    "a command that is no text": (b'{"cmd":7}', "unknown_command"),
    "version 2": (b'{"cmd":"PING","version":2}', "unsupported_version"),
    "a version in quotes": (b'{"cmd":"PING","version":"1"}', "unsupported_version"),
    "version 2 of an unknown command": (b'{"cmd":"FLY","version":2}', "unsupported_version"),
}


@pytest.mark.parametrize("what", BAD_LINES)
def test_a_bad_line_is_answered_and_the_connection_lives_on(
    wire: Wire, session: str, what: str
) -> None:
    line, code = BAD_LINES[what]
    wire.ask({"cmd": "SET", "session_id": session, "status": "working"})
    before = wire.data(cmd="GET", session_id=session)
    assert refusal(wire.ask(line.replace(b"%s", session.encode()) + b"\n")) == code
    assert is_still_served(wire)
    assert wire.data(cmd="GET", session_id=session) == before


def test_every_line_of_noise_gets_one_refusal(wire: Wire) -> None:
    noise = random.Random(7)
    lines = [noise.randbytes(noise.randrange(1, 200)).replace(b"\n", b" ") for _ in range(300)]
    for line in lines:
        assert refusal(wire.ask(line + b"\n")) in {"bad_json", "bad_request"}
    assert is_still_served(wire)


def test_the_last_of_two_equal_keys_counts(wire: Wire, session: str) -> None:
    line = f'{{"cmd":"SET","session_id":"{session}","status":"working","label":"a","label":"b"}}\n'
    assert wire.ask(line.encode())["data"]["label"] == "b"


def test_unknown_fields_are_ignored(wire: Wire) -> None:
    assert wire.ask({"cmd": "PING", "colour": "blue", "nested": {"cmd": "STOP"}})["ok"]


# ---- ids and order -------------------------------------------------------------------------


@pytest.mark.parametrize("request_id", [0, 7, -1, 2**53, "", "a b", "€"])
def test_the_id_comes_back_in_good_and_bad_answers(wire: Wire, request_id: object) -> None:
    assert wire.ask({"cmd": "PING", "id": request_id})["id"] == request_id
    for bad in ({"cmd": "FLY"}, {"cmd": "GET"}, {"cmd": "PING", "version": 2}):
        answer = wire.ask({**bad, "id": request_id})
        assert (answer["ok"], answer["id"]) == (False, request_id)


def test_without_an_id_the_answer_has_none(wire: Wire) -> None:
    assert wire.ask({"cmd": "PING"}) == {**wire.ask({"cmd": "PING"}), "id": None}


@pytest.mark.parametrize("request_id", [1.5, True, [], {}])
def test_an_id_of_another_kind_is_refused(wire: Wire, request_id: object) -> None:
    answer = wire.ask({"cmd": "PING", "id": request_id})
    assert (refusal(answer), answer["id"]) == ("invalid_value", None)


def test_answers_keep_the_order_of_requests_around_upserts(wire: Wire, session: str) -> None:
    wire.ask({"cmd": "SET", "session_id": session, "status": "working"})
    kinds: list[dict[str, Any]] = [
        {"cmd": "UPSERT", "session_id": session, "turns": 1},
        {"cmd": "GET", "session_id": session},
        {"cmd": "UPSERT", "session_id": session, "turns": 1},
        {"cmd": "UPSERT", "session_id": session, "turns": 1},
        {"cmd": "FLY"},
        {"cmd": "META", "session_id": session},
        {"cmd": "PING"},
    ]
    requests = [{**kind, "id": n} for n, kind in enumerate(kinds * 30)]
    wire.send(*requests)
    answers = wire.lines(len(requests))
    assert [answer["id"] for answer in answers] == list(range(len(requests)))
    turns = 0
    for request, answer in zip(requests, answers, strict=True):
        if request["cmd"] == "UPSERT":
            turns += 1
            assert answer["data"]["total_input_tokens"] == 0
            assert answer["data"]["turns_used"] == turns
        elif request["cmd"] == "META":
            assert answer["data"]["turns_used"] == turns
        elif request["cmd"] == "GET":
            assert answer["data"]["metadata"]["turns_used"] == turns


def test_one_client_does_not_wait_for_the_upserts_of_another(
    wire: Wire, shared_daemon: Daemon, session: str
) -> None:
    wire.ask({"cmd": "SET", "session_id": session, "status": "working"})
    with shared_daemon.connect() as other:
        upsert = encoded({"cmd": "UPSERT", "session_id": session, "turns": 1})
        sender = threading.Thread(target=wire.send, args=(upsert * 10_000,))
        sender.start()
        for _ in range(50):
            assert is_still_served(other)
        assert all(answer["ok"] for answer in wire.lines(10_000))
        sender.join()
        assert other.data(cmd="META", session_id=session)["turns_used"] == 10_000
