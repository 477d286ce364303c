"""Message to line and back, without a socket.

Rule: whatever bytes come in, the only exception that leaves is ProtocolError (the tests throw
arbitrary bytes at it). The good path is one decode; everything that explains a bad line is slow,
and may be.
"""

import re
from typing import Any, TypeVar, cast, get_args

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

_COMMANDS = frozenset(kind.__struct_config__.tag for kind in get_args(Request))
_IS_HOOK = re.compile(rb'\s*\{\s*"cmd"\s*:\s*"HOOK"')
_IS_VERBATIM = re.compile(rb'\s*\{\s*"cmd"\s*:\s*"(?:HOOK|STATUSLINE)"')
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""A JSON escape; the group is half a surrogate pair."""

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
        whole = _with_whole_characters(bytes(line))
        if whole is not None:
            return decode_request(whole)
        raise _explain(bytes(line), error) from None
    # What no field wants is passed over unread. Of Claude Code's payloads the rest still counts.
    if not line.isascii() and type(request) not in (Hook, StatusLine):
        why = _why_no_text(line)
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


def _with_whole_characters(line: bytes) -> bytes | None:
    """A line that passes a payload on, half characters replaced; null when it has none.

    JavaScript cuts strings between the halves of a surrogate pair and writes the half as an
    escape, which is no text in any other language. The event must not be lost for it.
    """
    if _IS_VERBATIM.match(line) is None:
        return None
    whole = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], line)
    return whole if whole != line else None


def _why_no_text(line: bytes | bytearray) -> str | None:
    """Why a line is no UTF-8, if it is none."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"This line is not UTF-8: {error.reason} at byte {error.start}."
    return None


def _wrong_version(version: object, request_id: str | int | None) -> ProtocolError:
    return ProtocolError(
        "unsupported_version",
        f"Version {version!r:.40} is not spoken here:"
        f" send version {PROTOCOL_VERSION} or leave it out.",
        request_id,
    )


def _explain(line: bytes, error: Exception) -> ProtocolError:
    """Why a line is no request, told so that its sender can mend it."""
    try:
        fields = msgspec.json.decode(line, type=dict[str, Raw])
    except msgspec.ValidationError:
        return _explain_no_object(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as no_json:
        return _explain_bad_json(line, no_json)
    request_id = _request_id(_value(fields.get("id")))
    command = _value(fields.get("cmd"))
    version = _value(fields.get("version", Raw(b"1")))
    text = str(error)
    no_text = _why_no_text(line)
    if no_text is not None:
        return ProtocolError("bad_json", no_text, request_id)
    if type(version) is not int or version != PROTOCOL_VERSION:
        return _wrong_version(version, request_id)
    if command is None:
        return ProtocolError("bad_request", "The request has no `cmd`.", request_id)
    if not isinstance(command, str) or command not in _COMMANDS:
        return ProtocolError("unknown_command", f"There is no command {command!r:.60}.", request_id)
    if "$.cmd" in text:
        return ProtocolError("bad_request", "The request names `cmd` twice.", request_id)
    if not isinstance(error, msgspec.ValidationError):
        return ProtocolError("bad_json", _why_no_json(line, error), request_id)
    if "missing required field" in text:
        return ProtocolError("bad_request", f"{command}: {text}.", request_id)
    if "matching regex" in text:  # the only pattern of the wire
        text = "Expected a UUID - at `$.session_id`"
    return ProtocolError("invalid_value", f"{command}: {text}.", request_id)


def _explain_no_object(line: bytes) -> ProtocolError:
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
        return _explain_bad_json(line, why)
    return ProtocolError("bad_request", "Send one JSON object per line, with a `cmd`.")


def _why_no_json(line: bytes, error: Exception) -> str:
    if any(escape[1] for escape in _ESCAPE.finditer(line)):
        return "This line holds half a surrogate pair, which is no character: send both halves."
    if isinstance(error, RecursionError):
        return "This line is nested too deeply."
    return f"This line is not valid JSON: {error}."


def _value(raw: Raw | None) -> Any:
    """A field by itself; null when it cannot be read."""
    try:
        return None if raw is None else msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _request_id(value: object) -> str | int | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        _encoder.encode(value)
    except (
        ValueError,
        OverflowError,
    ):  # half a surrogate pair, or more digits than JSON readers keep
        return None
    return value


def _explain_bad_json(line: bytes, error: Exception) -> ProtocolError:
    """JSON has no NaN and no infinity; a sender that writes them deserves to hear which it was."""
    import json  # noqa: PLC0415 - only a bad line pays for it

    constants: list[str] = []
    try:
        value: object = json.loads(line.decode(), parse_constant=constants.append)
    except (ValueError, RecursionError):
        constants.clear()
        value = None
    if not constants:
        return ProtocolError("bad_json", _why_no_text(line) or _why_no_json(line, error))
    request_id = cast("dict[str, object]", value).get("id") if isinstance(value, dict) else None
    return ProtocolError(
        "invalid_value",
        f"{constants[0]} is no number of JSON: send a finite number.",
        _request_id(request_id),
    )
