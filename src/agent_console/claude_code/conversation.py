"""Who said what after what in a transcript: roles, parents and times, never the texts.

Rule: nothing read here is stored. A line that cannot be read is passed over, and no line is held in
memory that is longer than MAX_LINE_BYTES.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct, field

MAX_LINE_BYTES = 16 * 1024 * 1024
_ROLES = {"user", "assistant", "system"}


class Spoken(Struct, frozen=True, gc=False):
    """One message of a conversation.

    Attributes:
        role: `user`, `assistant` or `system`.
        uuid: The line's own id.
        parent_uuid: The line it follows; null at the beginning.
        timestamp: As it stands there, ISO 8601.
        message_id: The API's id of the response; the lines of one response share it.
        is_subagent: It stands in a subagent's conversation.
    """

    role: str
    uuid: str | None
    parent_uuid: str | None
    timestamp: str | None
    message_id: str | None
    is_subagent: bool


class _Message(Struct, gc=False):
    role: str | None = None
    id: str | None = None


class _Line(Struct, gc=False):
    type: str | None = None
    uuid: str | None = None
    parent_uuid: str | None = field(default=None, name="parentUuid")
    timestamp: str | None = None
    is_sidechain: bool | None = field(default=None, name="isSidechain")
    message: _Message | None = None


def spoken(path: Path) -> Iterator[Spoken]:
    """The messages of a transcript, in its order.

    Raises:
        OSError: It is gone or cannot be read.
    """
    decoder = msgspec.json.Decoder(_Line)
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE_BYTES):
            if not line.endswith(b"\n") and len(line) == MAX_LINE_BYTES:
                while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
                continue
            try:
                found = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            message = found.message or _Message()
            role = message.role or found.type
            if role in _ROLES and (found.uuid or message.id):
                yield Spoken(
                    role,
                    found.uuid,
                    found.parent_uuid,
                    found.timestamp,
                    message.id,
                    bool(found.is_sidechain),
                )
