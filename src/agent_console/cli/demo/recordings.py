"""The recorded sessions that travel with the package: what Claude Code told, and when.

Recorded from Claude Code 2.1.329 in sessions that were made for it: the prompts and answers are
invented, the events are real. Rule: the files are recordings. One may be cut short after a line;
none is ever edited, so that what the demo shows is what Claude Code sends.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Raw, Struct, UnsetType

from agent_console.claude_code.statusline import StatusLineEvent

FOLDER = Path(__file__).parent / "recordings"


class SessionFileFields(Struct, frozen=True, rename="camel"):
    """What was recorded of a file of the session registry; the times in it were not."""

    session_id: str
    status: str | UnsetType = msgspec.UNSET
    waiting_for: str | UnsetType = msgspec.UNSET


class Line(Struct, frozen=True):
    """One thing that happened.

    Attributes:
        ms: When, counted from the recording's first line.
        kind: A hook that ran, a status line that was drawn, or a change of the process's file in
            the session registry.
        event: The hook's event.
        payload: What the hook or the status line had on its stdin, verbatim.
        op: What happened to the file.
        json: What the file then said.
    """

    ms: int
    kind: Literal["hook", "status", "session-file"]
    event: str | None = None
    payload: Raw = Raw()
    op: Literal["create", "change", "delete"] | None = None
    json: SessionFileFields | None = None


class Origin(Struct, frozen=True):
    """Which session a hook payload is about, and where that session was."""

    session_id: str
    cwd: str


class Recording(Struct, frozen=True):
    """All that one process of Claude Code told, in order."""

    name: str
    lines: tuple[Line, ...]

    @property
    def final_costs_usd(self) -> dict[str, float]:
        """What the last status line of each session said it had cost; nothing for headless ones."""
        costs: dict[str, float] = {}
        for line in self.lines:
            if line.kind == "status":
                told = status_line(line)
                if told.session_id and told.cost and told.cost.total_cost_usd:
                    costs[told.session_id] = told.cost.total_cost_usd
        return costs


@cache
def load(name: str) -> Recording:
    """One of the recordings in the package."""
    content = (FOLDER / f"{name}.jsonl").read_bytes()
    return Recording(name, tuple(msgspec.json.Decoder(Line).decode_lines(content)))


def origin(line: Line) -> Origin:
    """Where the hook of a line ran."""
    return msgspec.json.decode(line.payload, type=Origin)


def status_line(line: Line) -> StatusLineEvent:
    """What the status line of a line was told."""
    return msgspec.json.decode(line.payload, type=StatusLineEvent)
