"""One short line for what a tool is asked to do.

Rule: shows, never stores; whatever Claude Code puts into `tool_input`, this gives a string.
"""

import msgspec
from msgspec import Struct

from agent_console.claude_code.lenient import decode_leniently

MAX_SUMMARY_LENGTH = 120


class _Question(Struct, frozen=True, gc=False):
    question: str | None = None


class _ToolInput(Struct, frozen=True, gc=False):
    command: str | None = None
    file_path: str | None = None
    notebook_path: str | None = None
    pattern: str | None = None
    url: str | None = None
    query: str | None = None
    questions: list[_Question] | None = None
    plan: str | None = None
    skill: str | None = None
    subject: str | None = None
    description: str | None = None
    name: str | None = None
    path: str | None = None
    text: str | None = None
    prompt: str | None = None


_decoder = msgspec.json.Decoder(_ToolInput)


def tool_summary(tool_input: bytes | msgspec.Raw) -> str:
    """The field of a tool's input that a person recognises the call by, cut to one line."""
    fields = decode_leniently(tool_input, _decoder, _ToolInput)
    if fields is None:
        return ""
    if fields.questions:
        return one_line(fields.questions[0].question or "")
    for name in fields.__struct_fields__:
        value = getattr(fields, name)
        if isinstance(value, str) and value:
            return one_line(value)
    return ""


def one_line(text: str) -> str:
    """The first line of a text, at most 120 characters."""
    line = text.lstrip()[: 4 * MAX_SUMMARY_LENGTH].partition("\n")[0].rstrip()
    line = "".join(char if char.isprintable() else " " for char in line)
    return line if len(line) <= MAX_SUMMARY_LENGTH else line[: MAX_SUMMARY_LENGTH - 1] + "…"
