"""Which long lines hold nothing but text, told by how they begin.

Rule: most bytes of a transcript are results of tools and attachments; such a line has a time at
most, bills nothing, and no person wrote it. Only a line of at least `LONG_LINE_BYTES` that begins
exactly as the client writes it is judged by its beginning, every other line is decoded. A test
compares both ways (tests/usage/ingest/test_bulk_lines.py).
"""

import re

LONG_LINE_BYTES = 4096
"""Shorter lines are decoded in about the time that a look at their beginning takes."""

_START = rb'\{"parentUuid":(?:null|"[\w-]*"),"isSidechain":(?:true|false),'
_SCALAR = rb'"\w+":(?:"[^"\\]*"|true|false|null|\d+),'
_TOOL_RESULT = (
    rb"(?:" + _SCALAR + rb')*?"type":"user","message":\{"role":"user","content":\[\{'
    rb'(?:"tool_use_id":"\w*",)?"type":"tool_result",'
)
_tool_result = re.compile(_START + _TOOL_RESULT).match
_bulk = re.compile(
    rb'\{"type":"(?:attachment|api-request[a-z-]*|file-history-snapshot)",'
    rb"|" + _START + rb'(?:"attachment":\{|' + _TOOL_RESULT + rb")"
).match
_OBJECT_END = ord("}")


def is_bulk(buffer: bytearray, start: int, stop: int) -> bool:
    """Whether the line between these places of the buffer, without its end, is such a line."""
    return (
        stop - start >= LONG_LINE_BYTES
        and buffer[stop - 1] == _OBJECT_END
        and _bulk(buffer, start, stop) is not None
    )


def begins_as_tool_result(text: bytes | memoryview) -> bool:
    """Whether a line of any length begins as the client writes the result of a tool."""
    return _tool_result(text) is not None
