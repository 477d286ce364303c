"""What a settings.json becomes when we move in, and again when we move out.

Rule: moving out gives back the text as it was, byte for byte, when nobody edited it meanwhile, and
otherwise takes out our entries and nothing else. Nothing here touches a file; `None` is a file that
does not exist.
"""

from dataclasses import dataclass

from msgspec import Struct

from agent_console.claude_code import settings_hooks, settings_status_line
from agent_console.claude_code.settings_hooks import Containers, Hooks
from agent_console.claude_code.settings_text import BOM, parse


class Footprint(Struct, frozen=True):
    """What moving in did beside adding our entries; kept, so that moving out can undo it.

    Attributes:
        missing: There was no file.
        blank: There was nothing but blanks in the file, these.
        containers: See `settings_hooks.Containers`; None when it is not known.
        replaced_status_line: The person's statusLine command, as JSON text, when ours replaced it.
    """

    missing: bool = False
    blank: str | None = None
    containers: Containers | None = None
    replaced_status_line: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall stand in the settings.

    Attributes:
        hooks: The `hooks` object of ours alone.
        status_line: Our statusLine's command, or None for the person's own.
    """

    hooks: Hooks
    status_line: str | None = None


def move_in(text: str | None, wanted: Wanted, footprint: Footprint) -> tuple[str, Footprint]:
    """The settings with what we want in them, and the footprint to keep.

    Idempotent, and an upgrade: entries of ours that are not as wanted are replaced.

    Args:
        text: The settings now, maybe with older entries of ours.
        wanted: What shall stand in them.
        footprint: Of the last time.

    Raises:
        ConfigError: The text is no JSON, or no settings that Claude Code would take.
    """
    if text is not None and _is_as_wanted(text, wanted):
        return text, footprint
    before = None if text is None else move_out(text, footprint)
    blank: str | None = None
    if before is None or is_blank(before):
        blank = before or ""
        missing = before is None
        before = (BOM if blank.startswith(BOM) else "") + "{}\n"
    else:
        missing = False
    after, containers = settings_hooks.put_in(before, wanted.hooks)
    replaced: str | None = None
    if wanted.status_line is not None:
        after, replaced, more = settings_status_line.put_in(after, wanted.status_line)
        containers = {**more, **containers}
    return after, Footprint(missing, blank, containers, replaced)


def move_out(text: str, footprint: Footprint) -> str | None:
    """The settings without us; None when there was no file and nothing else came into it.

    Raises:
        ConfigError: The text is no JSON.
    """
    if is_blank(text):
        return text
    without = settings_status_line.take_out(
        text, footprint.replaced_status_line, footprint.containers
    )
    without = settings_hooks.take_out(without, footprint.containers)
    if without != text and footprint.blank is not None and not parse(without).root.children:
        return None if footprint.missing else footprint.blank
    return without


def is_blank(text: str) -> bool:
    """Whether a file says nothing at all."""
    return not text.removeprefix(BOM).strip(" \t\n\r")


def _is_as_wanted(text: str, wanted: Wanted) -> bool:
    if is_blank(text):
        return False
    settings = parse(text).value
    if settings_hooks.ours(settings) != wanted.hooks:
        return False
    if wanted.status_line is None:
        return not settings_status_line.is_ours(settings)
    return settings_status_line.command(settings) == wanted.status_line
