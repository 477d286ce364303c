"""The first words of a message, to recognise it by.

Rule: shows, never stores; whatever Claude Code puts into a line, this gives one line of printable
text. What a response says goes before what it calls, and that before what it thinks.
"""

import re
from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from agent_console.claude_code.lenient import decode_leniently
from agent_console.claude_code.tool_summary import one_line, tool_summary

_COMMAND = re.compile(r"<command-name>\s*([^<]*?)\s*</command-name>")
_ARGUMENTS = re.compile(r"<command-args>\s*([^<]*?)\s*</command-args>")


class _Block(Struct, gc=False):
    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    name: str | None = None
    input: Raw = Raw(b"")


class _Message(Struct, gc=False):
    content: Raw = Raw(b"")


class _Line(Struct, gc=False):
    message: _Message | None = None


_line = msgspec.json.Decoder(_Line)
_block = msgspec.json.Decoder(_Block)


def first_words(lines: Iterable[bytes]) -> str:
    """What a message begins with; empty when it holds nothing that can be shown.

    Args:
        lines: The transcript's lines that tell it, in their order.
    """
    blocks = [block for line in lines for block in _blocks(line)]
    for words in (_said(blocks), _called(blocks), _thought(blocks)):
        if words:
            return words
    return ""


def _blocks(line: bytes) -> list[_Block]:
    found = decode_leniently(line, _line, _Line)
    if found is None or found.message is None:
        return []
    content = found.message.content
    try:
        if bytes(content).startswith(b'"'):
            return [_Block("text", msgspec.json.decode(content, type=str))]
        parts = msgspec.json.decode(content, type=list[Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    blocks = (decode_leniently(part, _block, _Block) for part in parts)
    return [block for block in blocks if block is not None]


def _said(blocks: list[_Block]) -> str:
    for block in blocks:
        if block.type == "text" and block.text:
            words = one_line(_command(block.text) or block.text)
            if words:
                return words
    return ""


def _command(text: str) -> str:
    """`/compact keep the tests` for what the client writes in tags; empty for anything else."""
    name = _COMMAND.search(text) if text.lstrip().startswith("<command-") else None
    if name is None:
        return ""
    arguments = _ARGUMENTS.search(text)
    return " ".join(filter(None, (name[1], arguments and arguments[1])))


def _called(blocks: list[_Block]) -> str:
    calls = [block for block in blocks if block.type in {"tool_use", "server_tool_use"}]
    if not calls:
        return "[image]" if any(block.type == "image" for block in blocks) else ""
    first = f"{calls[0].name or 'tool'}: {tool_summary(calls[0].input)}".rstrip(": ")
    return one_line(first if len(calls) == 1 else f"{first}  +{len(calls) - 1} more")


def _thought(blocks: list[_Block]) -> str:
    thoughts = [block.thinking for block in blocks if block.type == "thinking"]
    if not thoughts:
        return ""
    return one_line(f"(thinking) {next(filter(None, thoughts), '')}")
