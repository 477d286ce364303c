"""The one statusLine of a settings.json: ours in front of the person's, and theirs put back.

Rule: of a statusLine that is there only the command is replaced, so that padding, refreshInterval
and whatever comes later stay the person's; one that somebody else changed since is left alone.
"""

import json
from typing import Any

from agent_console.claude_code import settings_edit
from agent_console.claude_code.json_shape import as_object
from agent_console.claude_code.settings_edit import Edit
from agent_console.claude_code.settings_hooks import Containers
from agent_console.claude_code.settings_text import Document, Node, parse
from agent_console.errors import ConfigError

STATUS_LINE_SCRIPT = "agent_console_statusline.py"


def command(settings: Any) -> str | None:
    """The command of the statusLine, or None when there is no such."""
    given = as_object(as_object(settings).get("statusLine")).get("command")
    return given if isinstance(given, str) else None


def is_ours(settings: Any) -> bool:
    """Whether the statusLine runs our script."""
    return STATUS_LINE_SCRIPT in (command(settings) or "")


def put_in(text: str, ours: str) -> tuple[str, str | None, Containers]:
    """The text with our command as its statusLine, or in the place of the one that is there.

    Returns:
        The text, the command that stood there as JSON text (None when there was no statusLine), and
        what that did to containers.

    Raises:
        ConfigError: The text is no JSON object, or has a statusLine that runs no command.
    """
    document = parse(text)
    root = document.root
    if root.kind != "object":
        raise ConfigError("the settings are no JSON object.")
    there = root.member("statusLine")
    if there is None:
        made: Containers = {} if root.children else {"": settings_edit.blank_inside(document, root)}
        entry = {"type": "command", "command": ours}
        edit = settings_edit.add(document, root, [("statusLine", entry)])
        return settings_edit.apply(text, [edit]), None, made
    place = _command_place(document, there)
    if place is None or document.value_of(there).get("type") != "command":
        raise ConfigError('"statusLine" is there and runs no command, so none can be chained.')
    replaced = text[place.start : place.end]
    edit = Edit(place.start, place.end, json.dumps(ours, ensure_ascii=False))
    return settings_edit.apply(text, [edit]), replaced, {}


def take_out(text: str, replaced: str | None, containers: Containers | None) -> str:
    """The text with the statusLine as it was before ours; unchanged when ours is not there.

    Args:
        text: The settings, maybe edited by others since.
        replaced: What `put_in` told.
        containers: What `put_in` told, for a root that was empty.
    """
    document = parse(text)
    root = document.root
    there = root.member("statusLine")
    if there is None or not is_ours(document.value):
        return text
    place = _command_place(document, there)
    if replaced is not None and place is not None:
        return settings_edit.apply(text, [Edit(place.start, place.end, replaced)])
    if len(root.children) == 1:
        return settings_edit.apply(
            text, [settings_edit.empty(root, (containers or {}).get("") or "")]
        )
    index = next(i for i, child in enumerate(root.children) if child.node is there)
    return settings_edit.apply(text, settings_edit.cut(root, {index}))


def _command_place(document: Document, line: Node) -> Node | None:
    place = line.member("command") if line.kind == "object" else None
    if place is None or not isinstance(document.value_of(place), str):
        return None
    return place
