"""Which lines of a transcript a person wrote.

Rule: results of tools, what the client tells the model by itself and what a subagent is told are
`user` lines too, and none of them is a person's.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from agent_console.claude_code.transcript_line import TranscriptLine
from agent_console.claude_code.transcript_repair import read_damaged

_BY_THE_CLIENT = (
    "<local-command-stdout>",
    "<local-command-stderr>",
    "[Request interrupted by user",
)
"""Texts that older versions wrote without marking them."""

_NULL = Raw(b"null")


class _Block(Struct, gc=False):
    type: str | None = None
    text: str | None = None


class _Origin(Struct, gc=False):
    kind: str | None = None


class _UserMessage(Struct, gc=False):
    content: str | list[_Block] | None = None


class _UserLine(Struct, gc=False, rename="camel"):
    message: _UserMessage | None = None
    tool_use_result: Any = None
    is_compact_summary: bool | None = None
    interrupted_message_id: str | None = None
    origin: _Origin | None = None


_decode = msgspec.json.Decoder(_UserLine).decode


def may_be_a_persons(line: TranscriptLine) -> bool:
    """Whether the whole line is worth another look."""
    return (
        line.type == "user"
        and not line.is_sidechain
        and not line.is_meta
        and (not line.tool_use_result or line.tool_use_result == _NULL)
    )


def is_a_persons(text: memoryview) -> bool:
    """Whether a person wrote a `user` line, by the whole of it."""
    line = _user_line(text)
    return line is not None and _wrote(line)


def _user_line(text: memoryview) -> _UserLine | None:
    try:
        return _decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        line = read_damaged(text, _UserLine)
        return line if isinstance(line, _UserLine) else None


def _wrote(line: _UserLine) -> bool:
    if line.tool_use_result is not None or line.is_compact_summary or line.interrupted_message_id:
        return False
    if line.origin is not None and line.origin.kind not in {None, "human"}:
        return False
    content = line.message.content if line.message is not None else None
    if content is None:
        return False
    if isinstance(content, str):
        return not content.startswith(_BY_THE_CLIENT)
    return bool(content) and not any(
        block.type == "tool_result" or (block.text or "").startswith(_BY_THE_CLIENT)
        for block in content
    )
