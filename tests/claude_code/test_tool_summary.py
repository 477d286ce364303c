"""What a tool is asked to do, in one short line."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.claude_code.recordings import hook_payloads

from agent_console.claude_code.tool_summary import MAX_SUMMARY_LENGTH, one_line, tool_summary

SUMMARIES = {
    "PreToolUse": "echo hi && sleep 0.3",
    "PreToolUse.Agent": "Rig subtask",
    "PreToolUse.AskUserQuestion": "Which colour should the button be?",
    "PreToolUse.Write": "/home/user/project/notes.txt",
    "PreToolUse.Edit": "/home/user/project/notes.txt",
    "PreToolUse.Read": "/home/user/project/not-there.txt",
    "PreToolUse.TaskCreate": "Rig task",
    "PreToolUse.EnterWorktree": "rig-wt",
    "PreToolUse.in-subagent": "echo in-sub",
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_recorded_call_is_recognised_by_its_summary(name: str) -> None:
    tool_input = hook_payloads()[name]["tool_input"]
    assert tool_summary(json.dumps(tool_input).encode()) == SUMMARIES[name]


@pytest.mark.parametrize(
    ("tool_input", "summary"),
    [
        ({"pattern": "def main", "path": "src"}, "def main"),
        ({"url": "https://example.com", "prompt": "what"}, "https://example.com"),
        ({"query": "python select"}, "python select"),
        ({"plan": "# Plan\n1. Mend"}, "# Plan"),
        ({"questions": []}, ""),
        ({"questions": [{"question": 7}], "command": "ls"}, "ls"),
        ({"command": 7, "description": "list"}, "list"),
        ({"command": "  \n  ls -l  \n cd"}, "ls -l"),
        ({"command": "\x1b[2Jrm\tx"}, " [2Jrm x"),
        ({}, ""),
        ([], ""),
        ("text", ""),
    ],
)
def test_the_summary_is_the_first_field_a_person_recognises(tool_input: Any, summary: str) -> None:
    assert tool_summary(json.dumps(tool_input).encode()) == summary


@pytest.mark.parametrize("tool_input", [b"", b"{", b"\xff"])
def test_what_cannot_be_read_has_no_summary(tool_input: bytes) -> None:
    assert tool_summary(tool_input) == ""


@given(st.text())
def test_a_line_is_short_printable_and_one(text: str) -> None:
    line = one_line(text)
    assert len(line) <= MAX_SUMMARY_LENGTH
    assert line.isprintable()


def test_a_long_line_says_that_it_was_cut() -> None:
    assert one_line("x" * 500) == "x" * (MAX_SUMMARY_LENGTH - 1) + "…"
