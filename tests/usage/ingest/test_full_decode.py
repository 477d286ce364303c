"""The quick way through a transcript finds what decoding every line whole finds."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.usage.ingest.full_decode import PlainResponse, plain_account
from tests.usage.ingest.odd_lines import LINES
from tests.usage.ingest.transcripts import (
    SESSION,
    answer,
    found,
    prompt,
    read,
    text_of,
    tokens,
    told,
    tool_result,
    usage,
    write,
)

from agent_console.claude_code.transcript_bulk import (
    LONG_LINE_BYTES,
    is_bulk,
    is_next_result,
    result_beginning,
)
from agent_console.claude_code.transcript_line import decode_line
from agent_console.usage.ingest import line_rules
from agent_console.usage.ingest.line_buffer import LineBuffer
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.transcript_file import UnreadableFile


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=LINES)
def test_any_lines_tell_the_same_both_ways(session: Path, lines: list[bytes]) -> None:
    # A time first: what a response without one has then does not depend on the file's own.
    text = text_of({"timestamp": "2026-01-01T00:00:00Z"}) + b"".join(line + b"\n" for line in lines)
    assert_told_as_by_a_full_decode(session, text)


def assert_told_as_by_a_full_decode(session: Path, text: bytes) -> None:
    """A transcript of these bytes tells what its lines say, each of them decoded whole."""
    session.write_bytes(text)
    reading = TranscriptReader(LineBuffer(2_048)).read_on(found(session), None)
    assert not isinstance(reading, UnreadableFile)
    plain = plain_account(text)
    assert {
        key: PlainResponse(list(tokens(response)), response.claim, response.at_ms)
        for key, response in told(reading).items()
    } == plain.responses
    after = reading.after
    assert after.bad_reasons == plain.bad
    assert (after.lines, after.user_messages) == (plain.lines, plain.prompts)
    assert (after.api_errors, reading.title) == (plain.errors, plain.title)
    assert (after.first_line_ms, after.last_line_ms) == (plain.first_ms, plain.last_ms)
    assert [state.at_ms for state in reading.cost_states] == plain.states


@pytest.mark.parametrize("seconds", [(2, 1), (1, 2), (1, 1)])
def test_lines_with_as_many_tokens_tell_the_same_both_ways(
    session: Path, seconds: tuple[int, int]
) -> None:
    lines = [
        answer(used=used, timestamp=f"2026-01-01T12:00:0{second}.000Z")
        for used, second in zip((usage(1, 9), usage(9, 1)), seconds, strict=True)
    ]
    assert_told_as_by_a_full_decode(session, text_of(*lines))


def is_passed_over(line: bytes) -> bool:
    """Whether a line is judged by its beginning, and its end is not looked at."""
    return is_bulk(bytearray(line), 0, len(line))


def test_most_bytes_are_passed_over() -> None:
    long = "x" * LONG_LINE_BYTES
    attachment = {"parentUuid": None, "isSidechain": False, "attachment": {"content": long}}
    shape = {"type": "api-request-shape", "sessionId": SESSION, "shape": long}
    for line in (tool_result(long), attachment, shape):
        assert is_passed_over(text_of(line).rstrip())


def test_whatever_may_count_is_looked_at() -> None:
    long = "x" * LONG_LINE_BYTES
    wordy = answer()
    wordy["message"]["content"] = long
    torn = text_of(tool_result(long))[:-5]
    for line in (
        text_of(wordy).rstrip(),
        text_of(wordy | {"type": "user"}).rstrip(),
        text_of(prompt(long)).rstrip(),
        text_of(prompt([{"type": "text", "text": long}])).rstrip(),
        text_of({"type": "summary", "summary": long}).rstrip(),
        text_of({"type": "cost-state", "modelUsage": {}, "more": long}).rstrip(),
        json.dumps(tool_result(long)).encode(),
        text_of(tool_result("short")).rstrip(),
        torn,
    ):
        assert not is_passed_over(line)


def test_a_line_that_is_passed_over_still_says_when(session: Path) -> None:
    late = tool_result("x" * LONG_LINE_BYTES, timestamp="2026-01-01T12:00:09.000Z")
    reading = read(write(session, answer(), late))
    assert is_passed_over(text_of(late).rstrip())
    assert reading.after.last_line_ms == 1_767_268_809_000
    assert reading.after.lines == 2
    assert read(write(session, late)).after.first_line_ms == 1_767_268_809_000


PARENTS = [f"{number:08}-0000-4000-8000-000000000000" for number in range(5)]
RESULT = tool_result("ok", parentUuid=PARENTS[0])
BEGUN = b'","isSidechain":false,"type":"user","message":{"role":"user","content":[{"tool_use_id":"'


def is_next(line: bytes) -> bool:
    """Whether a line is taken for the result of a tool, because it begins as RESULT does."""
    known = bytearray(text_of(RESULT))
    beginning = result_beginning(known, 0, len(known))
    assert beginning == BEGUN
    return line.startswith(beginning, 51) and is_next_result(
        bytearray(line + b"\n"), 0, len(line), beginning
    )


def test_a_result_is_known_by_the_one_before_it(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[bytes] = []

    def remember(text: memoryview) -> Any:
        decoded.append(bytes(text) + b"\n")
        return decode_line(text)

    monkeypatch.setattr(line_rules, "decode_line", remember)
    late = "2026-01-01T12:00:09.000Z"
    results = [tool_result("ok", parentUuid=parent, timestamp=late) for parent in PARENTS]
    reading = read(write(session, answer(), *results))
    assert decoded == [text_of(answer()), text_of(results[0])]
    assert reading.after.lines == 6
    assert reading.after.last_line_ms == 1_767_268_809_000


USED = b'"message":{"id":"msg_9","model":"m","usage":{"input_tokens":7}}}'
TYPED = b't","type":"tool_result","content":""}]}'
LOOKALIKES = [
    text_of(prompt([{"tool_use_id": "t", "type": "text", "text": ""}], parentUuid=PARENTS[1])),
    text_of(prompt([{"tool_use_id": 't","type":"tool_result",'}], parentUuid=PARENTS[1])),
    b'{"parentUuid":"1","a":{"b":"01234567890123456789012' + BEGUN + TYPED + b"}," + USED,
    b'{"parentuuid":"' + PARENTS[1].encode() + BEGUN + TYPED + b"," + USED,
    text_of(tool_result("cut", parentUuid=PARENTS[1]))[:-20],
    text_of(tool_result(parentUuid=PARENTS[1]) | {"isSidechain": True}),
    text_of(tool_result(parentUuid=PARENTS[1][1:])),
]
"""The first five have at its place what a result has between its ids."""


@pytest.mark.parametrize("line", LOOKALIKES)
def test_what_only_looks_like_the_next_result_is_decoded(session: Path, line: bytes) -> None:
    line = line.rstrip()
    assert is_next(text_of(tool_result("next", parentUuid=PARENTS[1])).rstrip())
    assert not is_next(line)
    known = text_of(answer(), RESULT)
    assert_told_as_by_a_full_decode(session, known + line + b"\n" + known)
