"""Everything in a transcript that makes a simple reader count wrong, and how often it is put in.

Rule: each name here occurs in every corpus that has room for it (one session for each), and by its
chance in the other sessions. What a name does is where it is used: response.py, session.py.
"""

from collections.abc import Callable

from msgspec import Struct
from tests.bench.corpus.eras import Era


class Oddity(Struct, frozen=True):
    """One of them.

    Attributes:
        chance: Of a session of the right era to have it.
        suits: Whether clients of an era wrote it.
    """

    chance: float
    suits: Callable[[Era], bool]


def _always(era: Era) -> bool:
    return bool(era.name)


def _with_whole_output(era: Era) -> bool:
    """Its version alone would say that the output is a lower bound."""
    return not (era.placeholders or era.echoes)


def _modern(era: Era) -> bool:
    return era.modern


def _in_folders(era: Era) -> bool:
    return era.layout == "folder" and not era.placeholders


def _echoing(era: Era) -> bool:
    return era.echoes


def _copying_unmarked(era: Era) -> bool:
    return era.layout != "folder"


def _placeholders(era: Era) -> bool:
    return era.placeholders


IN_A_RESPONSE: dict[str, Oddity] = {
    "two request ids": Oddity(0.02, _always),
    "no request id": Oddity(0.02, _always),
    "null request id": Oddity(0.02, _always),
    "no message id": Oddity(0.01, _always),
    "null fields": Oddity(0.02, _always),
    "null in a tool's input": Oddity(0.05, _always),
    "spaces": Oddity(0.01, _always),
    "bad UTF-8": Oddity(0.01, _always),
    "no breakdown": Oddity(0.03, _copying_unmarked),
    "flat above breakdown": Oddity(0.02, _in_folders),
    "output grows": Oddity(0.5, _always),
    "cache only": Oddity(0.02, _always),
    "long prompt": Oddity(0.1, _in_folders),
    "plain iteration": Oddity(0.2, _in_folders),
    "advisor": Oddity(0.02, _in_folders),
    "compaction iteration": Oddity(0.02, _in_folders),
    "fallback": Oddity(0.01, _modern),
    "aborted stream": Oddity(0.1, _modern),
    "web search": Oddity(0.1, _in_folders),
    "fast": Oddity(0.05, _in_folders),
    "us geo": Oddity(0.05, _in_folders),
    "batch": Oddity(0.01, _in_folders),
    "unknown model": Oddity(0.01, _always),
    "other model": Oddity(0.15, _always),
}
"""These happen to one or more responses of a session."""
ONCE = {"advisor", "compaction iteration", "fallback", "aborted stream", "no message id"}
"""Of them, what happens to one response only."""

IN_A_SESSION: dict[str, Oddity] = {
    "microseconds": Oddity(0.01, _always),
    "no zone": Oddity(0.01, _always),
    "dev-build": Oddity(0.01, _with_whole_output),
    "null branch": Oddity(0.02, _always),
    "synthetic error": Oddity(0.1, _always),
    "BOM": Oddity(0.01, _always),
    "line of another kind": Oddity(0.02, _always),
    "malformed line": Oddity(0.02, _always),
    "half-written last line": Oddity(0.02, _always),
    "moves to another folder": Oddity(0.05, _in_folders),
    "other session_id": Oddity(0.05, _modern),
    "custom title": Oddity(0.1, _modern),
    "fork": Oddity(0.06, _modern),
    "branch": Oddity(0.04, _modern),
    "unmarked copy": Oddity(0.1, _copying_unmarked),
    "btw": Oddity(0.1, _in_folders),
    "acompact": Oddity(0.1, _in_folders),
    "workflow": Oddity(0.05, _in_folders),
    "stale echo": Oddity(0.4, _echoing),
    "only the echo": Oddity(0.05, _echoing),
    "unlisted requests": Oddity(0.6, _modern),
    "unlisted model": Oddity(0.3, _modern),
    "copy of a copy": Oddity(0.05, _copying_unmarked),
    "marked model": Oddity(0.15, _modern),
    "no lives in totals": Oddity(0.15, _modern),
    "no cost-state": Oddity(0.1, _modern),
    "placeholder output": Oddity(1.0, _placeholders),
}
"""These happen to a session as a whole."""

ODDITIES: dict[str, Oddity] = IN_A_RESPONSE | IN_A_SESSION
IN_A_FOLDER = ("linked folder", "folder seen twice", "second config dir")
"""These happen to whole project folders."""
