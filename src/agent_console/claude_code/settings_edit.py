"""Edits of a JSON text that touch nothing beside the place: add children, cut children.

Rule: `cut` is the exact inverse of `add` for a container that was not empty; for one that was, the
caller keeps what `blank_inside` gave and passes it back. Style (indentation, newlines, blanks after
colons and commas) is taken from the text around the place.
"""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from agent_console.claude_code.settings_text import BOM, Document, Node, read_string

DEFAULT_INDENT = "  "


class Edit(NamedTuple):
    """Replace `text[start:end]`."""

    start: int
    end: int
    new: str


def apply(text: str, edits: list[Edit]) -> str:
    """The text after all edits, which must not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def blank_inside(document: Document, container: Node) -> str:
    """What stands between the brackets of an empty container."""
    return document.text[container.start + 1 : container.end - 1]


def add(document: Document, container: Node, children: list[tuple[str | None, Any]]) -> Edit:
    """Add members (with key) or elements (without) behind the last one."""
    text, style = document.text, _style(document)
    if container.children:
        last = container.children[-1]
        lead = _blank_before(text, last.start)
        if not lead and style.indent is not None:
            lead = " "  # one line within a text of many: `[{…}]` becomes `[{…}, {…}]`
        tail, at = "", (last.end, last.end)
        opening = "," + lead
    else:
        margin = _margin(text, container.start)
        lead = "" if style.indent is None else style.newline + margin + style.indent
        tail = "" if style.indent is None else style.newline + margin
        at = (container.start + 1, container.end - 1)
        opening = lead
    between = "," + (lead or style.after_comma)
    rendered = between.join(_render(style, lead, key, value) for key, value in children)
    return Edit(*at, opening + rendered + tail)


def cut(container: Node, indexes: set[int]) -> list[Edit]:
    """Take out some, but not all, of the children, each with the comma that belongs to it."""
    children = container.children
    kept = next(i for i in range(len(children)) if i not in indexes)
    edits = [Edit(children[i - 1].end, children[i].end, "") for i in sorted(indexes) if i > kept]
    if kept:
        edits.append(Edit(children[0].start, children[kept].start, ""))
    return edits


def empty(container: Node, inside: str) -> Edit:
    """Take out all children; `inside` is what stands between the brackets then."""
    return Edit(container.start + 1, container.end - 1, inside)


@dataclass(frozen=True, slots=True)
class _Style:
    indent: str | None  # None: everything on one line
    newline: str
    colon: str
    after_comma: str


def _style(document: Document) -> _Style:
    text, root = document.text, document.root
    newline = "\r\n" if "\r\n" in text else "\n"
    if not root.children:
        return _Style(DEFAULT_INDENT, newline, ": ", "")
    first = root.children[0]
    colon = ": "
    if first.key is not None:
        _, key_end = read_string(text, first.start)
        found = text[key_end : first.node.start]
        colon = ": " if "\n" in found or "\r" in found else found
    before = _blank_before(text, first.start)
    if "\n" not in before:
        return _Style(None, newline, colon, " " if colon.endswith(" ") else "")
    indent = before.rpartition("\n")[2].removeprefix(_margin(text, root.start))
    return _Style(indent, newline, colon, "")


def _blank_before(text: str, at: int) -> str:
    start = len(text[:at].rstrip(" \t\n\r"))
    return text[start:at]


def _margin(text: str, at: int) -> str:
    """The blanks with which the line of that place begins."""
    line = text[text.rfind("\n", 0, at) + 1 : at].removeprefix(BOM)
    return line[: len(line) - len(line.lstrip(" \t"))]


def _render(style: _Style, lead: str, key: str | None, value: Any) -> str:
    name = "" if key is None else json.dumps(key, ensure_ascii=False) + style.colon
    if style.indent is None or "\n" not in lead:
        comma = "," + (style.after_comma or (" " if style.indent is not None else ""))
        return name + json.dumps(value, ensure_ascii=False, separators=(comma, style.colon))
    rendered = json.dumps(
        value, ensure_ascii=False, indent=style.indent, separators=(",", style.colon)
    )
    return name + rendered.replace("\n", style.newline + lead.rpartition("\n")[2])
