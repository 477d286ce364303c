from typing import TypeVar, get_args

import pytest

from agent_console.client.answers import answer_type, line_of, unreachable
from agent_console.errors import RequestRefusedError
from agent_console.model.session import Status
from agent_console.protocol.messages import MAX_LINE_BYTES, Request, SetSession


@pytest.mark.parametrize("request_type", get_args(Request))
def test_every_request_says_what_it_is_answered_with(request_type: type[Request]) -> None:
    assert not isinstance(answer_type(request_type), TypeVar)


def test_a_request_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(RequestRefusedError) as caught:
        line_of(SetSession(session_id="s", status=Status.WORKING, note="x" * MAX_LINE_BYTES))

    assert caught.value.code == "frame_too_large"


def test_a_text_that_is_no_unicode_is_not_sent() -> None:
    with pytest.raises(RequestRefusedError) as caught:
        line_of(SetSession(session_id="s\udcff", status=Status.WORKING))

    assert caught.value.code == "invalid_value"


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (FileNotFoundError(), "agent-console daemon start"),
        (ConnectionRefusedError(), "agent-console daemon start"),
        (PermissionError(), "another user's"),
        (TimeoutError(), "agent-console daemon logs"),
        (OSError(40, "Too many levels"), "Too many levels"),
    ],
)
def test_every_way_not_to_reach_a_daemon_says_what_to_do(error: OSError, advice: str) -> None:
    told = unreachable("/run/daemon.sock", error)

    assert advice in str(told)
    assert "/run/daemon.sock" in str(told)
    assert told.exit_code == 4
