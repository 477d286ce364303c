"""Reading Claude Code's JSON without ever failing on one field.

Rule: a format we do not own changes between versions; a field of an unexpected type counts as
absent, and only a document that is no object at all is given up.
"""

from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

T = TypeVar("T", bound=Struct)


def decode_leniently(
    data: bytes | Raw, decoder: "msgspec.json.Decoder[T]", kind: type[T]
) -> T | None:
    """A struct from JSON whose every field has a default; null when it is no JSON object."""
    try:
        return decoder.decode(data)
    except (msgspec.ValidationError, UnicodeDecodeError):
        return _field_by_field(data, kind)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _field_by_field(data: bytes | Raw, kind: type[T]) -> T | None:
    try:
        document: dict[str, Raw] = msgspec.json.decode(data, type=dict[str, Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        raw = document.get(field.encode_name)
        if raw is None:
            continue
        try:
            values[field.name] = msgspec.json.decode(raw, type=field.type)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    return kind(**values)
