"""A second, slow look at a line that the fast decoder refuses.

Rule: what stands in a line and can be read is read. Refused are, in good transcripts, halves of
surrogate pairs (texts cut in the middle of an emoji), invalid UTF-8, a BOM, and fields whose type
changed with a version.
"""

from typing import Any, Literal, NoReturn, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from agent_console.claude_code.json_shape import as_list, as_object

T = TypeVar("T", bound=Struct)

_LONGEST_BYTES = 8 * 1024 * 1024
"""No response is as long; a longer line would need many times its size in memory."""


def read_damaged(text: bytes | memoryview, kind: type[T]) -> T | Literal["malformed", "not_object"]:
    """A struct whose every field has a default, or why there is none."""
    if len(text) > _LONGEST_BYTES:
        return "malformed"
    import json  # noqa: PLC0415 - rarely needed

    try:
        document = json.loads(
            bytes(text).removeprefix(b"\xef\xbb\xbf").decode(errors="replace"),
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        return "malformed"
    return _struct(as_object(document), kind) if isinstance(document, dict) else "not_object"


def _struct(document: dict[str, Any], kind: type[T]) -> T:
    values = {
        field.name: _value(document[field.encode_name], field.type)
        for field in msgspec.structs.fields(kind)
        if field.encode_name in document
    }
    return kind(**values)


def _value(value: Any, expected: Any) -> Any:
    """The value as far as it is of the type; null when it is not."""
    for option in get_args(expected) or (expected,):
        if isinstance(value, dict):
            if isinstance(option, type) and issubclass(option, Struct):
                return _struct(as_object(value), option)
            if get_origin(option) is dict:
                kind = get_args(option)[1]
                return {_text(key): _value(each, kind) for key, each in as_object(value).items()}
        elif isinstance(value, list) and get_origin(option) is list:
            items = (_value(each, get_args(option)[0]) for each in as_list(value))
            return [item for item in items if item is not None]
    if isinstance(value, str):
        value = _text(value)
    elif isinstance(value, float) and value.is_integer() and expected == int | None:
        value = int(value)
    try:
        return msgspec.convert(value, expected)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _text(value: str) -> str:
    """Half a surrogate pair can be written in JSON and stored nowhere."""
    return value.encode(errors="replace").decode()


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)
