"""Our entries in the `hooks` of a settings.json: put in, recognised, taken out.

Rule: an entry is ours when its command names one of our hook scripts, and only such entries are
ever taken out; a matcher group goes with its last hook, an event or `hooks` itself only if we made
it.
"""

from typing import Any

from agent_console.claude_code import settings_edit
from agent_console.claude_code.json_shape import as_list, as_object
from agent_console.claude_code.settings_edit import Edit
from agent_console.claude_code.settings_text import Document, Node, parse
from agent_console.errors import ConfigError

HOOK_SCRIPT = "agent_console_hook.py"
GATE_SCRIPT = "agent_console_gate.py"

Hooks = dict[str, list[dict[str, Any]]]
Containers = dict[str, str | None]
"""What we did to containers, by path ("" the root, "hooks", "hooks/Stop"): None when we made it,
else what stood between its brackets when it was empty."""


def is_ours(hook: Any) -> bool:
    """Whether a hook of a matcher group runs a script of ours."""
    said = as_object(hook)
    words: list[Any] = [said.get("command"), *as_list(said.get("args"))]
    return any(
        isinstance(word, str) and (HOOK_SCRIPT in word or GATE_SCRIPT in word) for word in words
    )


def ours(settings: Any) -> Hooks:
    """Our entries of each event, as Claude Code reads them, without what others put beside them."""
    found: Hooks = {}
    for event, groups in as_object(as_object(settings).get("hooks")).items():
        for group in as_list(groups):
            hooks = [hook for hook in as_list(as_object(group).get("hooks")) if is_ours(hook)]
            if hooks:
                found.setdefault(event, []).append({**group, "hooks": hooks})
    return found


def put_in(text: str, hooks: Hooks) -> tuple[str, Containers]:
    """The text with our entries behind whatever is there, and what that did to containers.

    Raises:
        ConfigError: The text is no JSON, or no settings that Claude Code would take.
    """
    document = parse(text)
    root = document.root
    check_shape(document)
    made: Containers = {}
    if not root.children:
        made[""] = settings_edit.blank_inside(document, root)
    there = root.member("hooks")
    if there is None:
        made |= dict.fromkeys(["hooks", *(f"hooks/{event}" for event in hooks)])
        return settings_edit.apply(
            text, [settings_edit.add(document, root, [("hooks", hooks)])]
        ), made
    edits: list[Edit] = []
    members: list[tuple[str | None, Any]] = []
    if not there.children:
        made["hooks"] = settings_edit.blank_inside(document, there)
    for event, groups in hooks.items():
        array = there.member(event)
        if array is None:
            made[f"hooks/{event}"] = None
            members.append((event, groups))
            continue
        if not array.children:
            made[f"hooks/{event}"] = settings_edit.blank_inside(document, array)
        edits.append(settings_edit.add(document, array, [(None, group) for group in groups]))
    if members:
        edits.append(settings_edit.add(document, there, members))
    return settings_edit.apply(text, edits), made


def take_out(text: str, containers: Containers | None) -> str:
    """The text without our entries.

    Args:
        text: The settings, maybe edited by others since.
        containers: What `put_in` told; None when that is lost: then what only we filled goes too.

    Raises:
        ConfigError: The text is no JSON.
    """
    document = parse(text)
    edits: list[Edit] = []
    dead: set[int] = set()
    for index, child in enumerate(document.root.children):
        if child.key == "hooks" and child.node.kind == "object":
            here = _prune_events(document, child.node, containers)
            if here is None:
                dead.add(index)
            else:
                edits += here
    here = _prune(document.root, dead, "", containers)
    return settings_edit.apply(text, edits + (here or []))


def check_shape(document: Document) -> None:
    """Refuse settings whose `hooks` are not what Claude Code documents.

    Raises:
        ConfigError: Says which part is not as it should be.
    """
    if document.root.kind != "object":
        raise ConfigError("the settings are no JSON object.")
    hooks = document.root.member("hooks")
    if hooks is None:
        return
    if hooks.kind != "object":
        raise ConfigError('"hooks" is no JSON object.')
    for event in hooks.children:
        if event.node.kind != "array":
            raise ConfigError(f'"hooks" holds "{event.key}", which is no list of matchers.')


def _prune_events(
    document: Document, hooks: Node, containers: Containers | None
) -> list[Edit] | None:
    """The edits inside `hooks`, or None when nothing that is not ours would stay in it."""
    edits: list[Edit] = []
    dead: set[int] = set()
    for index, event in enumerate(hooks.children):
        if event.node.kind != "array":
            continue
        dead_groups: set[int] = set()
        for position, group in enumerate(event.node.children):
            inner = group.node.member("hooks")
            if inner is None or inner.kind != "array":
                continue
            hit = {
                i for i, hook in enumerate(inner.children) if is_ours(document.value_of(hook.node))
            }
            if hit and len(hit) == len(inner.children):
                dead_groups.add(position)
            elif hit:
                edits += settings_edit.cut(inner, hit)
        here = _prune(event.node, dead_groups, f"hooks/{event.key}", containers)
        if here is None:
            dead.add(index)
        else:
            edits += here
    here = _prune(hooks, dead, "hooks", containers)
    return None if here is None else edits + here


def _prune(
    node: Node, dead: set[int], path: str, containers: Containers | None
) -> list[Edit] | None:
    """The edits that take `dead` out of a container, or None when the container goes with them."""
    if not dead:
        return []
    if len(dead) < len(node.children):
        return settings_edit.cut(node, dead)
    if path and (containers is None or containers.get(path, "") is None):
        return None
    return [settings_edit.empty(node, (containers or {}).get(path) or "")]
