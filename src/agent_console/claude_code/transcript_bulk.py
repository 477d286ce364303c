"""Which lines hold nothing but text, told by how they begin.

Rule: most bytes of a transcript are results of tools and attachments; such a line has a time at
most, bills nothing, and no person wrote it. Only a line that begins exactly as the client writes it
is judged by its beginning, every other line is decoded. A test compares both ways
(tests/usage/ingest/test_full_decode.py).

A short line is decoded in about the time that such a look takes. But a result of a tool begins as
the one before it did, other than for two ids, and that is seen in a fifth of the time. A line that
was damaged further on is not noticed in this way; it would tell nothing but its time. (To look in
each for where another line begins would take 1.7 % of the instructions of a first ingest.)
"""

import re
from functools import cache

LONG_LINE_BYTES = 4096
"""The beginning of a line as long is looked at, whatever came before it."""

_PARENT = b'{"parentUuid":"'
_ID_BYTES = len(_PARENT)
PARENT_BYTES = _ID_BYTES + 36
"""How far a line goes with its parent's id."""
_AFTER_PARENT = rb',"isSidechain":(?:true|false),'
_SCALAR = rb'"\w+":(?:"[^"\\]*"|true|false|null|\d+),'
_BLOCK = rb"(?:" + _SCALAR + rb')*?"type":"user","message":\{"role":"user","content":\[\{'
_TYPE = rb'"type":"tool_result",'
_AFTER_ID = b'",' + _TYPE
_BULK = (
    rb'\{"type":"(?:attachment|api-request[a-z-]*|file-history-snapshot)",'
    rb'|\{"parentUuid":(?:null|"[\w-]*")' + _AFTER_PARENT + rb"(?:"
    rb'"attachment":\{|' + _BLOCK + rb'(?:"tool_use_id":"\w*",)?' + _TYPE + rb")"
)
_RESULT = (
    re.escape(_PARENT)
    + rb'[\w-]{36}("'
    + _AFTER_PARENT
    + _BLOCK
    + rb'"tool_use_id":")\w*'
    + _AFTER_ID
)
_OBJECT_END = ord("}")


@cache
def _pattern(text: bytes) -> re.Pattern[bytes]:
    """Compiled when it is first used: the one new line of a transcript is rarely as long."""
    return re.compile(text)


def is_bulk(buffer: bytearray, start: int, stop: int) -> bool:
    """Whether the line between these places of the buffer, without its end, is long and such."""
    return (
        stop - start >= LONG_LINE_BYTES
        and buffer[stop - 1] == _OBJECT_END
        and _pattern(_BULK).match(buffer, start, stop) is not None
    )


def result_beginning(buffer: bytearray, start: int, stop: int) -> bytes | None:
    """What the result of a tool in this line has between two ids: its parent's and the tool's.

    Null when the line is none, or not written as most of them are.
    """
    found = _pattern(_RESULT).match(buffer, start, stop)
    return found and found[1]


def is_next_result(buffer: bytearray, start: int, stop: int, beginning: bytes) -> bool:
    """Whether the line is the result of a tool too.

    Args:
        buffer: It holds the line.
        start: Where the line begins.
        stop: Where it ends, without its end.
        beginning: What an earlier result had between the ids; this line has it at the same place.
    """
    find, is_at = buffer.find, buffer.startswith
    return (
        is_at(_PARENT, start)
        and find(b'"', start + _ID_BYTES, stop) == start + PARENT_BYTES
        and is_at(_AFTER_ID, find(b'"', start + PARENT_BYTES + len(beginning), stop), stop)
        and buffer[stop - 1] == _OBJECT_END
    )
