"""Message to line and back, without a socket.

Rule: whatever bytes come in, the only exception that leaves is ProtocolError (the tests throw
arbitrary bytes at it). The good path is one decode; everything that explains a bad line is slow,
and may be.
"""

import re
from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Raw, Struct

from agent_console.errors import ProtocolError
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session
from agent_console.model.usage import Alert, UsageEntry
from agent_console.protocol.messages import (
    PROTOCOL_VERSION,
    Bye,
    ErrorBody,
    ErrorCode,
    Heartbeat,
    NotificationData,
    Refusal,
    Request,
    SessionRemoved,
    Snapshot,
    Success,
)

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)

_COMMANDS = frozenset(kind.__struct_config__.tag for kind in get_args(Request))
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


class _Envelope(Struct, frozen=True, gc=False):
    cmd: Any = None
    id: Any = None
    version: Any = PROTOCOL_VERSION


_server_lines = msgspec.json.Decoder(_ServerLine)


def encode(message: Struct) -> bytes:
    """A message as one line, its newline included."""
    return _encoder.encode(message) + b"\n"


def encode_success(request_id: str | int | None, data: Any) -> bytes:
    """A good answer as one line."""
    return _encoder.encode(Success(True, request_id, PROTOCOL_VERSION, data)) + b"\n"


def encode_refusal(
    request_id: str | int | None, code: ErrorCode, message: str, *, retryable: bool = False
) -> bytes:
    """A bad answer as one line."""
    error = ErrorBody(code, message, retryable)
    return _encoder.encode(Refusal(False, request_id, PROTOCOL_VERSION, error)) + b"\n"


def encode_notification(event: str, seq: int, epoch: str, data: NotificationData) -> bytes:
    """A notification as one line."""
    return b'{"event":"%b","seq":%d,"epoch":"%b","data":%b}\n' % (
        event.encode(),
        seq,
        epoch.encode(),
        _encoder.encode(data),
    )


def may_be_long(prefix: bytes | bytearray) -> bool:
    """Whether a line that begins like this is a HOOK, the only one that may pass 1 MiB."""
    return _IS_HOOK.match(prefix) is not None


def decode_request(line: bytes | bytearray | memoryview) -> Request:
    """One request.

    Raises:
        ProtocolError: With the code and sentence the peer is answered with.
    """
    try:
        request = _requests.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _explain(bytes(line), error) from None
    if request.version != PROTOCOL_VERSION:
        raise _wrong_version(request.version, request.id)
    return request


def decode_server_line(line: bytes | bytearray | memoryview) -> Answer | Notification:
    """What a daemon sent.

    Raises:
        ProtocolError: It is neither an answer nor a notification of this version.
    """
    try:
        server_line = _server_lines.decode(line)
        if server_line.event is None:
            if server_line.ok is None:
                raise ProtocolError("bad_json", "The daemon sent a line that is no answer.")
            return Answer(server_line.id, server_line.data, server_line.error)
        data_type = NOTIFICATIONS.get(server_line.event)
        if data_type is None:
            raise ProtocolError(
                "bad_json",
                f"The daemon sent an unknown notification, {server_line.event!r}: is it newer?",
            )
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


def _wrong_version(version: object, request_id: str | int | None) -> ProtocolError:
    return ProtocolError(
        "unsupported_version",
        f"Version {version!r:.40} is not spoken here: send version {PROTOCOL_VERSION} or leave it out.",
        request_id,
    )


def _explain(line: bytes, error: Exception) -> ProtocolError:
    """Why a line is no request, told so that its sender can mend it."""
    try:
        envelope = msgspec.json.decode(line, type=_Envelope)
    except msgspec.ValidationError:
        return ProtocolError("bad_request", "Send one JSON object per line, with a `cmd`.")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _explain_bad_json(line, error)
    request_id = envelope.id if isinstance(envelope.id, str | int) else None
    if isinstance(request_id, bool):
        request_id = None
    if envelope.version != PROTOCOL_VERSION or isinstance(envelope.version, bool):
        return _wrong_version(envelope.version, request_id)
    text = str(error)
    if envelope.cmd is None:
        return ProtocolError("bad_request", "The request has no `cmd`.", request_id)
    if envelope.cmd in _COMMANDS and "$.cmd" in text:
        return ProtocolError("bad_request", "The request names `cmd` twice.", request_id)
    if "$.cmd" in text or not isinstance(envelope.cmd, str):
        return ProtocolError(
            "unknown_command", f"There is no command {envelope.cmd!r:.60}.", request_id
        )
    if "missing required field" in text:
        return ProtocolError("bad_request", f"{envelope.cmd}: {text}.", request_id)
    if not isinstance(error, msgspec.ValidationError):
        return ProtocolError("bad_json", f"This line is not valid JSON: {text}.", request_id)
    if "matching regex" in text and "$.session_id" in text:
        wanted = "a UUID" if envelope.cmd in {"UPSERT", "META"} else "printable characters"
        text = f"Expected {wanted} - at `$.session_id`"
    return ProtocolError("invalid_value", f"{envelope.cmd}: {text}.", request_id)


def _explain_bad_json(line: bytes, error: Exception) -> ProtocolError:
    """JSON has no NaN and no infinity; a sender that writes them deserves to hear which it was."""
    import json  # noqa: PLC0415 - only a bad line pays for it

    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError):
        return ProtocolError("bad_json", f"This line is not valid JSON: {error}.")
    request_id = value.get("id") if isinstance(value, dict) else None
    return ProtocolError(
        "invalid_value",
        "NaN and Infinity are no numbers of JSON: send a finite number.",
        request_id if isinstance(request_id, str | int) else None,
    )
