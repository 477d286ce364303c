"""Times, tokens, what a person wrote and what a session is called and cost, line by line."""

import json
from typing import Any

import pytest

from agent_console.claude_code.transcript_line import (
    CacheCreation,
    TranscriptLine,
    Usage,
    read_line,
)
from agent_console.claude_code.transcript_person import is_a_persons, may_be_a_persons
from agent_console.claude_code.transcript_session import model_totals, title
from agent_console.claude_code.transcript_time import timestamp_ms
from agent_console.claude_code.transcript_tokens import Tokens, billed_tokens


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-01-01T12:00:00.000Z", 1_767_268_800_000),
        ("2026-01-01T12:00:00.001999Z", 1_767_268_800_001),
        ("2026-01-01T12:00:00", 1_767_268_800_000),
        ("2026-01-01T17:30:00.5+05:30", 1_767_268_800_500),
        ("2026-01-01", 1_767_225_600_000),
        ("1969-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("2026-13-01T00:00:00Z", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_utc_milliseconds(text: str | None, at_ms: int | None) -> None:
    assert timestamp_ms(text) == at_ms


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (Usage(), Tokens(0, 0, 0, 0, 0, 0)),
        (Usage(1, 2, 3, 4), Tokens(1, 4, 2, 0, 3, 10)),
        (Usage(cache_creation_input_tokens=9), Tokens(0, 0, 9, 0, 0, 9)),
        (
            Usage(cache_creation_input_tokens=9, cache_creation=CacheCreation(1, 5)),
            Tokens(0, 0, 4, 5, 0, 9),
        ),
        (Usage(cache_creation=CacheCreation(1, 5)), Tokens(0, 0, 1, 5, 0, 6)),
        (Usage(-1, -2, -3, -4), Tokens(0, 0, 0, 0, 0, 0)),
        (Usage(10**18, output_tokens=5), Tokens(0, 5, 0, 0, 0, 5)),
    ],
)
def test_tokens_are_what_is_billed(usage: Usage, tokens: Tokens) -> None:
    assert billed_tokens(usage) == tokens


def is_prompt(content: Any, **more: Any) -> bool:
    """Whether a line of the user's side is a person's."""
    document = {"type": "user", "message": {"role": "user", "content": content}} | more
    text = json.dumps(document).encode()
    line = read_line(text)
    assert isinstance(line, TranscriptLine)
    return may_be_a_persons(line) and is_a_persons(memoryview(text))


@pytest.mark.parametrize(
    "content",
    [
        "Do it.",
        "",
        "tool_result",
        '"type":"tool_result"',
        "<command-name>/clear</command-name>",
        [{"type": "text", "text": "Look."}, {"type": "image"}],
    ],
)
def test_a_person_writes_prompts(content: Any) -> None:
    assert is_prompt(content)
    assert is_prompt(content, origin={"kind": "human"}, isMeta=False, toolUseResult=None)


@pytest.mark.parametrize(
    "line",
    [
        {"content": [{"type": "tool_result", "content": "ok"}]},
        {"content": [{"type": "text", "text": "ok"}, {"type": "tool_result"}]},
        {"content": "ok", "toolUseResult": "Error"},
        {"content": "ok", "isMeta": True},
        {"content": "ok", "isSidechain": True},
        {"content": "ok", "type": "assistant"},
        {"content": "It was about", "isCompactSummary": True},
        {"content": "<task-notification>", "origin": {"kind": "task-notification"}},
        {"content": "<local-command-stdout>ok</local-command-stdout>"},
        {"content": [{"type": "text", "text": "[Request interrupted by user for tool use]"}]},
        {"content": [{"type": "text", "text": "x"}], "interruptedMessageId": "msg_1"},
        {"content": []},
        {"content": None},
        {"content": "ok", "message": None},
    ],
)
def test_nobody_wrote_the_rest(line: dict[str, Any]) -> None:
    assert not is_prompt(line.pop("content"), **line)


@pytest.mark.parametrize(
    ("rank", "line", "name"),
    [
        (1, {"summary": "Sum up"}, "Sum up"),
        (2, {"aiTitle": "Fix\n the \t tests "}, "Fix the tests"),
        (3, {"customTitle": "x" * 1_000}, "x" * 500),
        (3, {"customTitle": " "}, None),
        (3, {"customTitle": 5}, None),
        (3, {"aiTitle": "Other"}, None),
    ],
)
def test_a_session_is_called(rank: int, line: dict[str, Any], name: str | None) -> None:
    assert title(json.dumps(line).encode(), rank) == name


def test_a_cost_state_is_told_by_model() -> None:
    usage: dict[str, Any] = {
        "claude-opus-5": {
            "inputTokens": 1,
            "outputTokens": 2,
            "cacheReadInputTokens": 3,
            "cacheCreationInputTokens": 10,
            "cacheCreationEphemeral5mInputTokens": 1,
            "cacheCreationEphemeral1hInputTokens": 6,
            "webSearchRequests": 7,
        },
        "claude-haiku-4-5": {"inputTokens": 5, "outputTokens": None},
        "odd": None,
    }
    totals = model_totals(json.dumps({"modelUsage": usage}).encode())
    assert [(each.model, each.tokens, each.web_searches) for each in totals] == [
        ("claude-opus-5", Tokens(1, 2, 4, 6, 3, 16), 7),
        ("claude-haiku-4-5", Tokens(5, 0, 0, 0, 0, 5), 0),
    ]


@pytest.mark.parametrize("usage", [None, [], 5, "x"])
def test_a_cost_state_without_models_tells_nothing(usage: Any) -> None:
    assert model_totals(json.dumps({"modelUsage": usage}).encode()) == []


def test_one_odd_model_loses_no_other() -> None:
    usage = {"odd": 5, "odder": {"inputTokens": "1"}, "good": {"inputTokens": 1}}
    totals = model_totals(json.dumps({"modelUsage": usage}).encode())
    assert [(each.model, each.tokens.total) for each in totals] == [("odder", 0), ("good", 1)]
