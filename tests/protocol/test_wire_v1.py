"""Version 1 of the wire, recorded: what was sent once must be understood for ever.

A line is added when something new travels; none is ever changed.
"""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec import Raw, Struct
from tests.protocol.answers import encode_success

from agent_console.client.answers import answer_type
from agent_console.protocol.codec import (
    NOTIFICATIONS,
    Answer,
    Notification,
    decode_data,
    decode_request,
    decode_server_line,
    encode,
    encode_notification,
    encode_refusal,
)
from agent_console.protocol.messages import ErrorCode, Request

WIRE = Path(__file__).with_name("wire") / "v1"


class RecordedAnswer(Struct):
    """An answer beside the command it answers."""

    cmd: str
    answer: Raw


def recorded(name: str) -> list[bytes]:
    return (WIRE / f"{name}.jsonl").read_bytes().splitlines(keepends=True)


REQUESTS = recorded("requests")
ANSWERS = [msgspec.json.decode(line, type=RecordedAnswer) for line in recorded("answers")]
NOTIFIED = recorded("notifications")
REFUSALS = recorded("refusals")
KINDS: dict[Any, type[Request]] = {kind.__struct_config__.tag: kind for kind in get_args(Request)}


def contains(now: Any, then: Any) -> bool:
    """Whether everything that was there then is there now, with the same value."""
    if isinstance(then, dict):
        return all(name in now and contains(now[name], then[name]) for name in then)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(then, list):
        return len(now) == len(then) and all(map(contains, now, then))  # pyright: ignore[reportUnknownArgumentType]
    return bool(now == then)


@pytest.mark.parametrize("line", REQUESTS)
def test_a_recorded_request_is_understood_and_still_sent_like_that(line: bytes) -> None:
    assert encode(decode_request(line)) == line


@pytest.mark.parametrize("recorded", ANSWERS, ids=lambda recorded: recorded.cmd)
def test_a_recorded_answer_is_understood_and_loses_nothing(recorded: RecordedAnswer) -> None:
    answer = decode_server_line(bytes(recorded.answer))
    assert isinstance(answer, Answer)
    assert answer.error is None
    data = decode_data(answer.data, answer_type(KINDS[recorded.cmd]))
    again = encode_success(answer.id, data)
    assert contains(json.loads(again), json.loads(bytes(recorded.answer)))


@pytest.mark.parametrize("line", REFUSALS)
def test_a_recorded_refusal_is_understood_and_still_sent_like_that(line: bytes) -> None:
    answer = decode_server_line(line)
    assert isinstance(answer, Answer)
    error = answer.error
    assert error is not None
    assert encode_refusal(answer.id, error.code, error.message, retryable=error.retryable) == line


@pytest.mark.parametrize("line", NOTIFIED)
def test_a_recorded_notification_is_understood_and_loses_nothing(line: bytes) -> None:
    notification = decode_server_line(line)
    assert isinstance(notification, Notification)
    again = encode_notification(
        notification.event, notification.seq, notification.epoch, notification.data
    )
    assert contains(json.loads(again), json.loads(line))


def test_everything_that_travels_is_recorded() -> None:
    assert {decode_request(line).__struct_config__.tag for line in REQUESTS} == set(KINDS)
    assert {recorded.cmd for recorded in ANSWERS} == set(KINDS)
    assert {json.loads(line)["event"] for line in NOTIFIED} == set(NOTIFICATIONS)
    assert {json.loads(line)["error"]["code"] for line in REFUSALS} == set(get_args(ErrorCode))


def test_every_field_of_every_request_is_recorded() -> None:
    sent: dict[str, set[str]] = {}
    for line in REQUESTS:
        fields = json.loads(line)
        sent.setdefault(fields["cmd"], set()).update(fields)
    for command, kind in KINDS.items():
        own = {field.encode_name for field in msgspec.structs.fields(kind)}
        assert own - sent[command] - {"id", "version"} == set(), command
