"""Metadata is typed, and still reads and writes like the dict that it once was."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from agent_console.sdk import ModelFigures, ResponseMetadata, SessionResponse


@pytest.fixture
def metadata() -> ResponseMetadata:
    return ResponseMetadata(
        session_id="s",
        total_cost_usd=0.42,
        duration_ms=1500,
        input_tokens=10,
        output_tokens=20,
        cache_creation_tokens=30,
        cache_read_tokens=40,
        turns_used=2,
        model="claude-opus-5-5",
        models={"claude-opus-5-5": ModelFigures(10, 20, 30, 40)},
        timestamp=datetime(2026, 11, 26, 12, tzinfo=UTC),
    )


def test_old_code_reads_it_like_a_dict(metadata: ResponseMetadata) -> None:
    assert metadata["total_cost_usd"] == 0.42
    assert metadata.get("model") == "claude-opus-5-5"
    assert metadata.get("task", "none") == "none"
    assert "session_id" in metadata
    assert "task" not in metadata
    assert dict(metadata)["turns_used"] == 2
    assert {**metadata}["duration_ms"] == 1500
    assert list(metadata) == metadata.keys()
    assert len(metadata) == len(metadata.items()) == len(metadata.values())


def test_old_code_writes_it_like_a_dict(metadata: ResponseMetadata) -> None:
    metadata["total_cost_usd"] = metadata["total_cost_usd"] + 0.08
    metadata["task"] = "review"
    metadata.setdefault("task", "other")
    metadata.update({"file": "a.py"}, turns_used=3)

    assert metadata.total_cost_usd == 0.5
    assert metadata.turns_used == 3
    assert metadata["task"] == "review"
    assert dict(metadata)["file"] == "a.py"
    del metadata["task"]
    assert "task" not in metadata


def test_a_key_that_is_not_there_is_a_key_error(metadata: ResponseMetadata) -> None:
    with pytest.raises(KeyError):
        metadata["task"]
    with pytest.raises(KeyError):
        del metadata["model"]


def test_it_goes_through_msgspec_and_back(metadata: ResponseMetadata) -> None:
    metadata["task"] = {"files": ["a.py"]}
    encoded = msgspec.json.encode(metadata)
    assert msgspec.json.decode(encoded, type=ResponseMetadata) == metadata


def test_it_goes_through_json_and_back(metadata: ResponseMetadata) -> None:
    metadata["task"] = "review"
    plain: dict[str, Any] = json.loads(json.dumps(metadata.to_dict()))
    assert plain["task"] == "review"
    assert plain["timestamp"] == "2026-11-26T12:00:00Z"
    assert ResponseMetadata.from_dict(plain) == metadata


def test_what_an_old_version_wrote_is_read() -> None:
    assert ResponseMetadata.from_dict({"session_id": "s", "cost": 1}).extra == {"cost": 1}


def test_a_wrong_type_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="input_tokens"):
        ResponseMetadata.from_dict({"input_tokens": "many"})


def test_all_tokens_are_the_sum_of_their_classes(metadata: ResponseMetadata) -> None:
    assert metadata.total_tokens == 100


@pytest.mark.parametrize(
    ("content", "error", "success"),
    [("Done.", None, True), ("", None, False), ("Half", "interrupted", False)],
)
def test_success_is_an_answer_without_an_error(
    content: str, error: str | None, success: bool
) -> None:
    assert SessionResponse(content=content, error=error).success is success


def test_a_response_goes_through_json_and_back(metadata: ResponseMetadata) -> None:
    response = SessionResponse(content="Done.", metadata=metadata, structured_output={"a": [1]})
    assert SessionResponse.from_dict(json.loads(json.dumps(response.to_dict()))) == response
    encoded = msgspec.json.encode(response)
    assert msgspec.json.decode(encoded, type=SessionResponse) == response
    assert (response.session_id, response.cost) == ("s", 0.42)
