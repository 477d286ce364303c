"""The quick way through a transcript finds what decoding every line whole finds."""

import json
from pathlib import Path

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
    write,
)

from agent_console.claude_code.transcript_bulk import LONG_LINE_BYTES, is_bulk
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
