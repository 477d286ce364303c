"""The first words of a message."""

import json
from typing import Any

import pytest

from agent_console.claude_code.first_words import first_words


def line(*content: dict[str, Any]) -> bytes:
    return json.dumps({"message": {"content": list(content)}}).encode()


TEXT = {"type": "text", "text": "\n\n  I will look.\nThen I mend it."}
CALL = {"type": "tool_use", "name": "Bash", "input": {"command": "pytest -q", "timeout": 5}}
THOUGHT = {"type": "thinking", "thinking": "Two places renew it."}


def test_what_is_said_goes_before_what_is_called_and_thought() -> None:
    assert first_words([line(THOUGHT), line(CALL), line(TEXT)]) == "I will look."


def test_a_call_is_told_by_what_it_is_asked_to_do() -> None:
    assert first_words([line(THOUGHT), line(CALL)]) == "Bash: pytest -q"
    assert first_words([line(CALL, CALL), line(CALL)]) == "Bash: pytest -q  +2 more"
    assert first_words([line({"type": "tool_use", "name": "ExitPlanMode"})]) == "ExitPlanMode"


def test_a_thought_is_told_when_there_is_nothing_else() -> None:
    assert first_words([line(THOUGHT)]) == "(thinking) Two places renew it."
    assert first_words([line({"type": "thinking", "thinking": ""})]) == "(thinking)"


def test_a_prompt_is_told_by_its_first_line() -> None:
    assert first_words([b'{"message":{"content":"Mend it.\\nPlease."}}']) == "Mend it."
    assert first_words([line({"type": "image"})]) == "[image]"


def test_a_command_is_told_as_it_was_typed() -> None:
    text = "<command-name>/compact</command-name>\n <command-args>keep tests</command-args>"

    assert first_words([line({"type": "text", "text": text})]) == "/compact keep tests"


@pytest.mark.parametrize("dangerous", ["\x1b[2J", "\u202eevil", "\x07"])
def test_nothing_in_it_moves_a_terminal(dangerous: str) -> None:
    assert first_words([line({"type": "text", "text": f"a{dangerous}"})]).isprintable()


@pytest.mark.parametrize(
    "damaged",
    [b"", b"[]", b"{", b'{"message":7}', b'{"message":{"content":7}}',
     b'{"message":{"content":[7]}}',
     b'{"message":{"content":[{"type":"text","text":7}]}}'],
)  # fmt: skip
def test_what_cannot_be_read_says_nothing(damaged: bytes) -> None:
    assert not first_words([damaged])
