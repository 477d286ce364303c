"""A JSON text with the place of every value in it, so that it can be edited instead of rewritten.

Rule: this file reads and never changes; `settings_edit.py` cuts and inserts by these places. A text
that a JSON reader would not take is refused with its line and column, never repaired.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from agent_console.errors import ConfigError

BOM = "\ufeff"
_BLANK = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"[^ \t\n\r,\]}]+")
_DECODER = json.JSONDecoder()
_NOT_JSON = frozenset({"NaN", "Infinity", "-Infinity"})
_LONGEST_EXACT_INTEGER = 300
"""Digits; a longer one is read as a float, because Python refuses thousands of them."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: `text[start:end]`."""

    kind: Literal["object", "array", "scalar"]
    start: int
    end: int
    children: "tuple[Child, ...]" = ()

    def member(self, key: str) -> "Node | None":
        """The value of that name that a reader gets: the last, when the name stands twice."""
        return next((child.node for child in reversed(self.children) if child.key == key), None)


@dataclass(frozen=True, slots=True)
class Child:
    """A member of an object (from its key on) or an element of an array (no key)."""

    key: str | None
    start: int
    node: Node

    @property
    def end(self) -> int:
        """Where its value ends."""
        return self.node.end


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text.

    Attributes:
        text: As it was given, a byte order mark included.
        value: What it says.
        root: Where each part of it stands.
    """

    text: str
    value: Any
    root: Node

    def value_of(self, node: Node) -> Any:
        """What one part of the text says."""
        return _loads(self.text[node.start : node.end])


def decode(raw: bytes) -> str:
    """The file's bytes as text.

    Raises:
        ConfigError: They are not UTF-8; the message gives the line and the column.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        raise ConfigError(f"{_place(before, len(before))}: this is not UTF-8.") from None


def parse(text: str) -> Document:
    """Read a JSON text.

    Raises:
        ConfigError: It is no JSON; the message gives the line and the column.
    """
    start = len(BOM) if text.startswith(BOM) else 0
    try:
        value = _loads(text[start:])
        root, _ = _scan(text, _skip_blank(text, start))
    except _NotJsonError as error:
        raise ConfigError(f"{_place(text, error.at)}: {error}.") from None
    except json.JSONDecodeError as error:
        at, why = _mistake(text, start + error.pos)
        raise ConfigError(f"{_place(text, at)}: {why or error.msg}.") from None
    except RecursionError:
        raise ConfigError("line 1 column 1: the values are nested too deeply.") from None
    return Document(text, value, root)


def read_string(text: str, at: int) -> tuple[str, int]:
    """The JSON string whose quote stands at `at`, and where it ends."""
    return _DECODER.raw_decode(text, at)


class _NotJsonError(Exception):
    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def _loads(text: str) -> Any:
    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_EXACT_INTEGER else float(digits)


def _mistake(text: str, at: int) -> tuple[int, str | None]:
    """What people write into JSON by habit, and where, when it is that; a reader says it worse.

    Args:
        text: No JSON.
        at: Where the reader gave up: at the character it did not expect, or one before it.
    """
    here = _skip_blank(text, at)
    if text.startswith(("//", "/*"), here):
        return here, "comments are not allowed in JSON"
    before = text[:here].rstrip(" \t\n\r")
    if text[here : here + 1] in {"}", "]"} and before.endswith(","):
        return len(before) - 1, f"a comma too many before {text[here]}"
    return at, None


def _place(text: str, at: int) -> str:
    before = text[:at].removeprefix(BOM)
    return f"line {before.count(chr(10)) + 1} column {len(before) - before.rfind(chr(10))}"


def _skip_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _scan(text: str, at: int) -> tuple[Node, int]:
    """The value that begins at `at`, in a text that is known to be JSON, and where it ends."""
    first = text[at]
    if first in "{[":
        return _scan_container(text, at)
    if first == '"':
        _, end = read_string(text, at)
        return Node("scalar", at, end), end
    found = _SCALAR.match(text, at)
    end = found.end() if found else at
    if text[at:end] in _NOT_JSON:
        # Python's reader takes them, Claude Code's does not: it would ignore the whole file.
        raise _NotJsonError(f"JSON has no {text[at:end]}", at)
    return Node("scalar", at, end), end


def _scan_container(text: str, start: int) -> tuple[Node, int]:
    is_object = text[start] == "{"
    children: list[Child] = []
    at = _skip_blank(text, start + 1)
    while text[at] not in "}]":
        child_start, key = at, None
        if is_object:
            key, at = read_string(text, at)
            at = _skip_blank(text, _skip_blank(text, at) + 1)
        node, at = _scan(text, at)
        children.append(Child(key, child_start, node))
        at = _skip_blank(text, at)
        if text[at] == ",":
            at = _skip_blank(text, at + 1)
    return Node("object" if is_object else "array", start, at + 1, tuple(children)), at + 1
