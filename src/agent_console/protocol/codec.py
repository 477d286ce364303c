"""Message to line and back, without a socket.

Rule: whatever bytes come in, the only exception that leaves is ProtocolError (the tests throw
arbitrary bytes at it). The good path is one decode; what is done about a bad line (bad_lines.py) is
slow, and may be.
"""

import re
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from agent_console.errors import ProtocolError
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session
from agent_console.model.usage import Alert, UsageEntry
from agent_console.protocol.bad_lines import explained, why_no_text, with_whole_characters
from agent_console.protocol.messages import (
    PROTOCOL_VERSION,
    Bye,
    ErrorBody,
    ErrorCode,
    Heartbeat,
    Hook,
    NotificationData,
    Refusal,
    Request,
    SessionRemoved,
    Snapshot,
    StatusLine,
    Success,
)

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_encode_into = _encoder.encode_into
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_decode_request = _requests.decode

_IS_HOOK = re.compile(rb'\s*\{\s*"cmd"\s*:\s*"HOOK"')

NOTIFICATIONS: dict[str, type[NotificationData]] = {
    "session": Session,
    "session_removed": SessionRemoved,
    "metadata": SessionMetadata,
    "usage": UsageEntry,
    "alert": Alert,
    "snapshot": Snapshot,
    "heartbeat": Heartbeat,
    "bye": Bye,
}
"""Every notification and what its `data` is."""


class Notification(Struct, frozen=True, gc=False):
    """One notification, decoded."""

    event: str
    seq: int
    epoch: str
    data: NotificationData


class Answer(Struct, frozen=True, gc=False):
    """One answer, its `data` not yet decoded; `error` is set when it is a refusal."""

    id: str | int | None
    data: Raw
    error: ErrorBody | None


class _ServerLine(Struct, frozen=True, gc=False):
    ok: bool | None = None
    id: str | int | None = None
    data: Raw = Raw(b"null")
    error: ErrorBody | None = None
    event: str | None = None
    seq: int = 0
    epoch: str = ""


_server_lines = msgspec.json.Decoder(_ServerLine)


def _opened(request_id: str | int | None) -> bytes:
    """A good answer up to its data."""
    answer = _encoder.encode(Success(True, request_id, PROTOCOL_VERSION, None))
    return answer.removesuffix(b"null}")


_SUCCESS = _opened(None)


def encode(message: Struct) -> bytes:
    """A message as one line, its newline included."""
    return _encoder.encode(message) + b"\n"


def encode_data(data: Any) -> Raw:
    """What an answer or a notification holds, to be put into several of them."""
    return Raw(_encoder.encode(data))


def append_success(lines: bytearray, request_id: str | int | None, data: Any) -> None:
    """Add a good answer to lines; twice as fast as to make it and join it to them.

    Raises:
        Exception: `data` cannot be written, whatever the reason: the last line is half one.
    """
    lines += _SUCCESS if request_id is None else _opened(request_id)
    _encode_into(data, lines, -1)
    lines += b"}\n"


def encode_refusal(
    request_id: str | int | None, code: ErrorCode, message: str, *, retryable: bool = False
) -> bytes:
    """A bad answer as one line."""
    error = ErrorBody(code, message, retryable)
    return _encoder.encode(Refusal(False, request_id, PROTOCOL_VERSION, error)) + b"\n"


def encode_notification(event: str, seq: int, epoch: str, data: NotificationData | Raw) -> bytes:
    """A notification as one line; `data` may be what `encode_data` made of it."""
    return b'{"event":"%b","seq":%d,"epoch":"%b","data":%b}\n' % (
        event.encode(),
        seq,
        epoch.encode(),
        data if isinstance(data, Raw) else _encoder.encode(data),
    )


def may_be_long(prefix: bytes | bytearray) -> bool:
    """Whether a line that begins like this is a HOOK, the only one that may pass 1 MiB."""
    return _IS_HOOK.match(prefix) is not None


def decode_request(line: bytes | bytearray) -> Request:
    """One request.

    Raises:
        ProtocolError: With the code and sentence the peer is answered with.
    """
    try:
        request = _decode_request(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole = with_whole_characters(bytes(line))
        if whole is not None:
            return decode_request(whole)
        raise explained(bytes(line), error) from None
    # What no field wants is passed over unread. Of Claude Code's payloads the rest still counts.
    if not line.isascii() and type(request) not in (Hook, StatusLine):
        why = why_no_text(line)
        if why is not None:
            raise ProtocolError("bad_json", why, request.id)
    return request


def decode_requests(lines: bytes) -> list[Request] | None:
    """All requests of whole lines at once; null when each is to be looked at by itself.

    What comes back is what `decode_request` says of each line.
    """
    if not lines.isascii():
        return None
    try:
        if lines.find(b"\n") == len(lines) - 1:
            return [_decode_request(lines)]
        each = lines.split(b"\n")
        del each[-1]  # what is behind the last newline
        return list(map(_decode_request, each))
    except (msgspec.MsgspecError, RecursionError):
        return None


def decode_server_line(line: bytes | bytearray | memoryview) -> Answer | Notification | None:
    """What a daemon sent; nothing for a notification that only a newer client would know.

    Raises:
        ProtocolError: It is neither an answer nor a notification of this version.
    """
    try:
        server_line = _server_lines.decode(line)
        if server_line.event is None:
            if server_line.ok is None or server_line.ok is (server_line.error is not None):
                raise ProtocolError("bad_json", "The daemon sent a line that is no answer.")
            return Answer(server_line.id, server_line.data, server_line.error)
        data_type = NOTIFICATIONS.get(server_line.event)
        if data_type is None:
            return None
        return Notification(
            server_line.event,
            server_line.seq,
            server_line.epoch,
            decode_data(server_line.data, data_type),
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError("bad_json", f"The daemon sent a line we cannot read: {error}") from None


def decode_data(data: Raw | bytes, data_type: type[T]) -> T:
    """The `data` of an answer as the type its request promises.

    Raises:
        ProtocolError: It is something else.
    """
    try:
        return msgspec.json.decode(data, type=data_type)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(
            "bad_json", f"The daemon sent an answer we cannot read: {error}"
        ) from None
