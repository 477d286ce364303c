"""A transcript's line is read leniently, and given up only when it is no object."""

import json
from typing import Any

import pytest

from agent_console.claude_code.transcript_line import (
    Iteration,
    TranscriptLine,
    Usage,
    read_line,
)


def line(document: dict[str, Any]) -> TranscriptLine:
    """A line that can be read."""
    read = read_line(json.dumps(document).encode())
    assert isinstance(read, TranscriptLine)
    return read


def test_null_is_absent_everywhere() -> None:
    names = ("isSidechain", "message", "type", "uuid", "timestamp", "costUSD", "forkedFrom", "data")
    assert line(dict.fromkeys(names)) == TranscriptLine()
    usage = dict.fromkeys(Usage.__struct_fields__)
    assert (
        line({"message": {"id": None, "usage": usage}}).message
        == line({"message": {"usage": {}}}).message
    )


@pytest.mark.parametrize("wrong", [5, "text", [], {}, True, 1.5])
def test_a_field_of_another_type_loses_nothing_else(wrong: Any) -> None:
    read = line(
        {
            "message": {"id": "msg_1", "usage": {"input_tokens": 3, "iterations": wrong}},
            "forkedFrom": wrong,
            "isMeta": "no",
            "version": "2.1.0",
        }
    )
    assert read.version == "2.1.0"
    assert read.is_meta is None
    assert read.message is not None
    assert read.message.id == "msg_1"
    assert read.message.usage is not None
    assert read.message.usage.input_tokens == 3


def test_one_odd_iteration_loses_no_other() -> None:
    iterations = [{"type": "advisor_message", "model": 5, "output_tokens": 7}, "odd", {"type": "m"}]
    read = line({"message": {"usage": {"iterations": iterations}}})
    assert read.message is not None
    assert read.message.usage is not None
    assert read.message.usage.iterations == [
        Iteration("advisor_message", output_tokens=7),
        Iteration("m"),
    ]


def test_a_whole_number_with_a_point_is_one() -> None:
    read = line({"message": {"usage": {"input_tokens": 3.0, "output_tokens": 3.5}}})
    assert read.message is not None
    assert read.message.usage == Usage(input_tokens=3)


@pytest.mark.parametrize(
    ("text", "project"),
    [
        (b'\xef\xbb\xbf{"cwd": "/a"}', "/a"),
        (b'{"cwd": "/a", "b": "\xff"}', "/a"),
        (b'{"cwd": "/\xff"}', "/\N{REPLACEMENT CHARACTER}"),
        (rb'{"cwd": "/a", "b": "\ud83d"}', "/a"),
        (rb'{"cwd": "/\ud83d"}', "/?"),
        (rb'{"cwd": "/\ud83d\ude00"}', "/\N{GRINNING FACE}"),
        (b'{"cwd": "/a"}\r', "/a"),
    ],
)
def test_damaged_text_is_read(text: bytes, project: str) -> None:
    read = read_line(text)
    assert isinstance(read, TranscriptLine)
    assert read.cwd == project


def test_a_huge_line_is_not_repaired() -> None:
    text = b'{"cwd": "/\xff", "content": "' + b"x" * 8 * 1024 * 1024 + b'"}'
    assert read_line(text) == "malformed"
    assert isinstance(read_line(text.replace(b"\xff", b"a")), TranscriptLine)


@pytest.mark.parametrize("text", [b"[]", b"123", b"null", b'"text"', b"\xef\xbb\xbf[]"])
def test_what_is_no_object_says_so(text: bytes) -> None:
    assert read_line(text) == "not_object"


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b'{"a":1', b"{} {}", b'{"a":NaN}', b"\xff", b'{"a":' + b"[" * 5_000 + b"]" * 5_000],
)
def test_what_is_no_json_says_so(text: bytes) -> None:
    assert read_line(text) == "malformed"
