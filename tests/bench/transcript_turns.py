"""What transcripts.py runs: our commands and those of the other tools, each ready to be measured.

Rule: every program has a home of its own in which both config dirs of the corpus are linked, so no
cache of one run or one tool helps another, and the corpus stays as it is.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from tests.bench.corpus.truth import Truth
from tests.bench.measuring import Cost, measured
from tests.bench.reference_tools import Found, Tool, read_daily_json, reference_tools

BARE_INTERPRETER = (sys.executable, "-I", "-S", "-E", "-c", "pass")
USAGE_CODE = 2
"""What our command line ends with when it does not know a command."""


class Turn(Struct, frozen=True):
    """One program in one situation; `run` gives its cost, or why it could not be run."""

    name: str
    run: Callable[[], Cost | str]
    read: Callable[[str], Found] | None = None
    note: str = ""


Turns = list[list[Turn]]
"""Groups of turns whose order within the group matters: a warm run follows a cold one."""


class Place(Struct, frozen=True):
    """Where everything runs.

    Attributes:
        grown: A transcript that gets a line before each run with a changed file.
        grown_bytes: How long it was.
    """

    folder: Path
    config_dirs: tuple[Path, ...]
    grown: Path
    grown_bytes: int

    @classmethod
    def below(cls, folder: Path, truth: Truth) -> "Place":
        """Make it."""
        folder.mkdir(parents=True)
        dirs = tuple(Path(path) for path in truth.config_dirs)
        grown = max(
            dirs[0].glob("projects/*/????????-*.jsonl"), key=lambda path: path.stat().st_size
        )
        return cls(folder, dirs, grown, grown.stat().st_size)

    def home(self, name: str) -> Path:
        """The home of one program."""
        home = self.folder / name
        if not home.exists():
            (home / ".config").mkdir(parents=True)
            (home / ".claude").symlink_to(self.config_dirs[0])
            (home / ".config" / "claude").symlink_to(self.config_dirs[1])
        return home

    def grow(self) -> None:
        """Append a response to a transcript, as a running session does."""
        with self.grown.open("rb") as file:
            lines = [line for line in file if b'"type":"assistant"' in line and b'"usage"' in line]
        line = json.loads(lines[-1].decode(errors="replace"))
        line["message"]["id"] = f"msg_{time.time_ns()}"
        with self.grown.open("a") as file:
            file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def restore(self) -> None:
        """Take the appended lines away again."""
        os.truncate(self.grown, self.grown_bytes)


def reading_turns(place: Place) -> Turns:
    """Cold and warm reading of everything."""
    return [_ours(place), *[[_theirs(place, tool)] for tool in reference_tools()]]


def _ours(place: Place) -> list[Turn]:
    home = place.home("ours")
    data = home / ".local" / "share" / "agent-console"

    def run(*arguments: str) -> Cost | str:
        return checked(measured([str(our_program()), *arguments], place.folder, home=home))

    def cold() -> Cost | str:
        shutil.rmtree(data, ignore_errors=True)
        return run("ingest")

    def changed() -> Cost | str:
        place.grow()
        try:
            return run("usage", "daily", "--json")
        finally:
            place.restore()  # what others find is compared with what was there before

    daily = ("usage", "daily", "--json")
    return [
        Turn("agent-console ingest, cold", cold),
        Turn("agent-console usage daily, warm", lambda: run(*daily), read_daily_json),
        Turn(
            "agent-console usage daily --no-unlisted",
            lambda: run(*daily, "--no-unlisted"),
            read_daily_json,
        ),
        Turn("agent-console usage daily, one file grew", changed),
    ]


def _theirs(place: Place, tool: Tool) -> Turn:
    home = place.home(tool.name)
    dirs = ",".join(str(path / "projects") for path in place.config_dirs)

    def run() -> Cost | str:
        if tool.program is None:
            return "not installed (--install)"
        tool.prepare(home)
        arguments = [part.replace("{dirs}", dirs) for part in tool.arguments]
        command = [str(tool.program), *arguments]
        return checked(measured(command, place.folder, home=home, until=tool.until))

    return Turn(tool.name, run, tool.read, tool.note)


def our_program() -> Path:
    """The console script of this environment."""
    return Path(sys.executable).with_name("agent-console")


def checked(cost: Cost) -> Cost | str:
    """The cost of what went well, else what went wrong."""
    if cost.code == USAGE_CODE:
        return "not there yet"
    return cost if cost.code == 0 else f"failed: {cost.stderr.strip()[-200:]}"
