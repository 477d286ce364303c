"""Which long lines hold nothing but text, told by how they begin.

Rule: most bytes of a transcript are results of tools and attachments; such a line has a time at
most, bills nothing, and no person wrote it. Only a line of at least `LONG_LINE_BYTES` that begins
exactly as the client writes it is judged by its beginning, every other line is decoded. A test
compares both ways (tests/usage/ingest/test_bulk_lines.py).
"""

import re

LONG_LINE_BYTES = 4096
"""Shorter lines are decoded in about the time that a look at their beginning takes."""

_SCALAR = rb'"\w+":(?:"[^"\\]*"|true|false|null|\d+),'
_BEGINNING = re.compile(
    rb'\{"type":"(?:attachment|api-request[a-z-]*|file-history-snapshot)",'
    rb'|\{"parentUuid":(?:null|"[\w-]*"),"isSidechain":(?:true|false),'
    rb'(?:"attachment":\{'
    rb'|(?:' + _SCALAR + rb')*?"type":"user","message":\{"role":"user","content":\[\{'
    rb'(?:"tool_use_id":"\w*",)?"type":"tool_result",)'
).match  # fmt: skip
_OBJECT_END = ord("}")


def is_bulk(buffer: bytearray, start: int, stop: int) -> bool:
    """Whether the line between these places of the buffer, without its end, is such a line."""
    return (
        stop - start >= LONG_LINE_BYTES
        and buffer[stop - 1] == _OBJECT_END
        and _BEGINNING(buffer, start, stop) is not None
    )
