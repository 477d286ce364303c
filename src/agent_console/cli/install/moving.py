"""The edit of one settings file that install makes, with everything that belongs to it.

Rule: the edit is worked out from the file's text alone and may be worked out several times; only
`keep` writes anything down, before the file is changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agent_console.claude_code import settings_hooks, settings_status_line
from agent_console.claude_code.gate_registration import has_gate, with_gate
from agent_console.claude_code.hook_registration import registrations
from agent_console.claude_code.settings import Footprint, Wanted, is_blank, move_in, move_out
from agent_console.claude_code.settings_text import parse
from agent_console.cli.install import hook_command, manifest, scripts, status_line_chain


@dataclass(frozen=True, slots=True)
class Link:
    """How hooks reach us.

    Attributes:
        python: The interpreter that runs them.
        socket: The daemon's.
    """

    python: str
    socket: str


class MoveIn:
    """Moving into one settings file.

    Args:
        settings: The file.
        link: How hooks reach us.
        status_line: Take the status line, give it back, or (None) leave that as it is.
        gate: Put the gate in, take it out, or (None) leave that as it is.
    """

    def __init__(
        self, settings: Path, link: Link, status_line: bool | None, gate: bool | None = None
    ) -> None:
        self._settings = settings
        self._link = link
        self._status_line = status_line
        self._command: Callable[[str], str] = hook_command.for_events(
            link.python, scripts.folder(), link.socket
        )
        self._gate = gate
        self._gate_command: Callable[[str], str] = hook_command.for_gate(
            link.python, scripts.folder(), link.socket
        )
        self._footprint = Footprint()
        self._chained: str | None = None
        self.has_status_line = False
        self.has_gate = False

    def edit(self, text: str | None) -> str:
        """The new text of the file."""
        before = known_footprint(self._settings)
        now: object = None if text is None or is_blank(text) else parse(text).value
        self.has_status_line = (
            settings_status_line.is_ours(now) if self._status_line is None else self._status_line
        )
        own = status_line_chain.persons_command(now, before)
        self._chained = own if self.has_status_line else None
        self.has_gate = has_gate(settings_hooks.ours(now)) if self._gate is None else self._gate
        hooks = registrations(self._command)
        if self.has_gate:
            hooks = with_gate(hooks, self._gate_command)
        wanted = Wanted(hooks, self._line(own))
        after, self._footprint = move_in(text, wanted, before)
        return after

    def keep(self) -> None:
        """Write down what undoing the edit needs."""
        if self._chained is not None:
            status_line_chain.keep(self._settings, self._chained)
        remember(self._settings, self._footprint)

    def _line(self, own: str | None) -> str | None:
        if not self.has_status_line:
            return None
        chain = None if own is None else status_line_chain.file_of(self._settings)
        return hook_command.for_status_line(
            self._link.python, scripts.folder(), self._link.socket, chain
        )


def moved_out(settings: Path) -> Callable[[str | None], str | None]:
    """The edit that undoes it."""

    def edit(text: str | None) -> str | None:
        return None if text is None else move_out(text, known_footprint(settings))

    return edit


def known_footprint(settings: Path) -> Footprint:
    """What moving into a settings file did, as far as it is known."""
    known = manifest.load().settings.get(str(settings))
    return known or status_line_chain.footprint_from_file(settings)


def remember(settings: Path, footprint: Footprint) -> None:
    """Keep a footprint in the manifest."""
    now = manifest.load()
    manifest.save(msgspec.structs.replace(now, settings={**now.settings, str(settings): footprint}))
