"""Who said what after what in a transcript: roles, parents, times and places, never the texts.

Rule: nothing read here is stored. A line that cannot be read is passed over, a line without its end
is nobody's business yet, and no line is held in memory that is longer than MAX_LINE_BYTES.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from agent_console.claude_code.transcript_line import TranscriptLine
from agent_console.claude_code.transcript_person import is_a_persons, may_be_a_persons
from agent_console.claude_code.transcript_repair import read_damaged
from agent_console.claude_code.transcript_response import SYNTHETIC, copied_from

MAX_LINE_BYTES = 16 * 1024 * 1024
_ROLES = {"user", "assistant", "system"}


class Spoken(Struct, frozen=True, gc=False):
    """One line of a conversation that is a message, or a part of one.

    Attributes:
        role: `user`, `assistant` or `system`.
        uuid: The line's own id.
        parent_uuid: The line it follows; null at the beginning.
        timestamp: As it stands there, ISO 8601.
        message_id: The API's id of the response; the lines of one response share it.
        is_subagent: It stands in a subagent's conversation.
        is_persons: A person wrote it.
        is_error: The client wrote it in the place of a response.
        is_copy: It says that it was copied from another session.
        start_bytes: Where the line begins in the file.
        size_bytes: How long it is, with its end.
    """

    role: str
    uuid: str | None
    parent_uuid: str | None
    timestamp: str | None
    message_id: str | None
    is_subagent: bool
    is_persons: bool
    is_error: bool
    is_copy: bool
    start_bytes: int
    size_bytes: int


class _Line(TranscriptLine, gc=False, rename="camel"):
    parent_uuid: str | None = None


_decode = msgspec.json.Decoder(_Line).decode


def spoken(path: Path, start_bytes: int = 0) -> Iterator[Spoken]:
    """The messages of a transcript, in its order.

    Args:
        path: The transcript.
        start_bytes: Where to begin: the end of a line that was read before.

    Raises:
        OSError: It is gone or cannot be read.
    """
    with path.open("rb") as file:
        file.seek(start_bytes)
        while line := file.readline(MAX_LINE_BYTES):
            start, start_bytes = start_bytes, start_bytes + len(line)
            if not line.endswith(b"\n"):
                if len(line) < MAX_LINE_BYTES:
                    return
                while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                    start_bytes += len(rest)
                start_bytes += len(rest)
                continue
            found = _read(line)
            if found is not None:
                message = _message(line, found, start)
                if message is not None:
                    yield message


def _read(line: bytes) -> _Line | None:
    try:
        return _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        repaired = read_damaged(line, _Line)
        return repaired if isinstance(repaired, _Line) else None


def _message(line: bytes, found: _Line, start: int) -> Spoken | None:
    message = found.message
    message_id = None if message is None else message.id
    model = None if message is None else message.model
    role = "assistant" if model else found.type
    if role not in _ROLES or not (found.uuid or message_id):
        return None
    return Spoken(
        role,
        found.uuid,
        found.parent_uuid,
        found.timestamp,
        message_id,
        is_subagent=bool(found.is_sidechain),
        is_persons=may_be_a_persons(found) and is_a_persons(memoryview(line)),
        is_error=found.is_api_error_message is True or model == SYNTHETIC,
        is_copy=copied_from(found, found.session_id or "") is not None,
        start_bytes=start,
        size_bytes=len(line),
    )
