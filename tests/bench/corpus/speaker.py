"""Who writes a transcript: the values that all lines of a file share, its clock and its ids.

Rule: all randomness comes from the one generator it is given, so that a seed says everything.
"""

import datetime as dt
import random

from tests.bench.corpus.eras import Era
from tests.bench.corpus.text import TextPool


class Speaker:
    """The main loop of a session, or one of its subagents.

    Attributes:
        now_ms: The time of the next line, Unix milliseconds.
        parent: JSON of the last line's uuid.
        agent_id: Null for the main loop.
        front, back: The shared part of a line, where this client writes it.
        stamp: How it writes a time; oddities change it.
    """

    def __init__(
        self,
        rng: random.Random,
        text: TextPool,
        era: Era,
        *,
        session_id: str,
        version: str,
        cwd: str,
        branch: str | None,
        entrypoint: str,
        now_ms: int,
        agent_id: str | None = None,
        agent_type: str = "",
    ) -> None:
        """Begin with a line that has no parent."""
        self.rng = rng
        self.text = text
        self.era = era
        self.session_id = session_id
        self.version = version
        self.cwd = cwd
        self.branch = branch
        self.entrypoint = entrypoint
        self.now_ms = now_ms
        self.agent_id = agent_id
        self.agent_type = agent_type
        self.parent = "null"
        self.prompt_id = uuid(rng)
        self.stamp = stamp
        self.front = self.back = ""
        self.describe()

    def describe(self) -> None:
        """Make the shared parts again after one of their values changed."""
        branch = "null" if self.branch is None else f'"{self.branch}"'
        agent = "" if self.agent_id is None else f'"agentId":"{self.agent_id}",'
        side = "false" if self.agent_id is None else "true"
        if self.era.modern:
            self.front = f'"isSidechain":{side},{agent}'
            self.back = (
                f',"userType":"external","entrypoint":"{self.entrypoint}","cwd":"{self.cwd}",'
                f'"sessionId":"{self.session_id}","version":"{self.version}","gitBranch":{branch}}}'
            )
        else:
            inline = "" if self.era.layout == "inline" else agent
            self.front = (
                f'"isSidechain":{side},"userType":"external","cwd":"{self.cwd}",'
                f'"sessionId":"{self.session_id}","version":"{self.version}",'
                f'"gitBranch":{branch},{inline}'
            )
            self.back = "}"

    def wait(self, least_ms: int, most_ms: int) -> None:
        """Let time pass."""
        self.now_ms += least_ms + int(self.rng.random() * (most_ms - least_ms))

    def time(self) -> str:
        """The time of the next line, as it stands there."""
        return self.stamp(self.now_ms)


def uuid(rng: random.Random) -> str:
    """A random version 4 UUID."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


_days: dict[int, str] = {}


def stamp(at_ms: int) -> str:
    """2026-11-20T11:48:19.054Z."""
    return f"{stamp_without_zone(at_ms)}Z"


def stamp_in_microseconds(at_ms: int) -> str:
    """2026-11-20T11:48:19.054321Z."""
    return f"{stamp_without_zone(at_ms)}321Z"


def stamp_without_zone(at_ms: int) -> str:
    """2026-11-20T11:48:19.054, which means UTC."""
    day, rest = divmod(at_ms, 86_400_000)
    if day not in _days:
        _days[day] = dt.datetime.fromtimestamp(day * 86_400, dt.UTC).date().isoformat()
    seconds, ms = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_days[day]}T{hour:02d}:{minute:02d}:{second:02d}.{ms:03d}"
