"""One transcript file in the making.

Rule: lines are kept as text until the file is whole; raw bytes that are no UTF-8 stand in it as
surrogate escapes.
"""

from pathlib import Path
from typing import Literal, NamedTuple

LineKind = Literal["assistant", "message", "note"]
"""An assistant line, another line of the conversation, or one that no copy takes along."""


class Line(NamedTuple):
    """A line, and what a copy of the conversation needs to know of it."""

    text: str
    kind: LineKind
    uuid_json: str


class Transcript:
    """Lines of one file."""

    def __init__(self, path: Path) -> None:
        """Nothing is on the disk before `write`."""
        self.path = path
        self.lines: list[Line] = []
        self.begin = ""
        self.unfinished = ""

    def note(self, *lines: str) -> None:
        """Add lines that are no part of the conversation."""
        self.lines.extend(Line(line, "note", "") for line in lines)

    def message(self, line: str, uuid_json: str = "") -> None:
        """Add a line of the conversation."""
        self.lines.append(Line(line, "message", uuid_json))

    def assistant(self, line: str, uuid_json: str) -> None:
        """Add a line of a response."""
        self.lines.append(Line(line, "assistant", uuid_json))

    def write(self) -> int:
        """Write the file and give its size in bytes."""
        whole = "\n".join([line.text for line in self.lines])
        whole = f"{self.begin}{whole}\n{self.unfinished}"
        data = whole.encode(errors="surrogateescape")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(data)
        return len(data)
