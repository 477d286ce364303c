"""Lines that are no request: mended where a payload was cut, else explained to who sent them.

Rule: slow, and may be. Whatever a line holds, an explanation comes of it and never an exception.
"""

import re
from typing import Any, cast, get_args

import msgspec
from msgspec import Raw

from agent_console.errors import ProtocolError
from agent_console.protocol.messages import PROTOCOL_VERSION, Request

_COMMANDS = frozenset(kind.__struct_config__.tag for kind in get_args(Request))
_IS_VERBATIM = re.compile(rb'\s*\{\s*"cmd"\s*:\s*"(?:HOOK|STATUSLINE)"')
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""A JSON escape; the group is half a surrogate pair."""


def why_no_text(line: bytes | bytearray) -> str | None:
    """Why a line is no UTF-8, if it is none."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"This line is not UTF-8: {error.reason} at byte {error.start}."
    return None


def with_whole_characters(line: bytes) -> bytes | None:
    """A line that passes a payload on, half characters replaced; null when it has none.

    JavaScript cuts strings between the halves of a surrogate pair and writes the half as an
    escape, which is no text in any other language. The event must not be lost for it.
    """
    if _IS_VERBATIM.match(line) is None:
        return None
    whole = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], line)
    return whole if whole != line else None


def explained(line: bytes, error: Exception) -> ProtocolError:
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
    no_text = why_no_text(line)
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
        msgspec.json.encode(value)
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
        return ProtocolError("bad_json", why_no_text(line) or _why_no_json(line, error))
    request_id = cast("dict[str, object]", value).get("id") if isinstance(value, dict) else None
    return ProtocolError(
        "invalid_value",
        f"{constants[0]} is no number of JSON: send a finite number.",
        _request_id(request_id),
    )


def _wrong_version(version: object, request_id: str | int | None) -> ProtocolError:
    return ProtocolError(
        "unsupported_version",
        f"Version {version!r:.40} is not spoken here:"
        f" send version {PROTOCOL_VERSION} or leave it out.",
        request_id,
    )
