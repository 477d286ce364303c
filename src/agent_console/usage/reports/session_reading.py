"""One session from the ledger and its transcripts, read again as it goes on.

Rule: this blocks: it belongs into a thread. Transcripts are read on from where they ended the last
time; texts are read when they are asked for and kept nowhere.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from agent_console.claude_code.conversation import spoken
from agent_console.claude_code.first_words import first_words
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.one_session import OneSession, ids_beginning_with, one_session
from agent_console.usage.reports.reading import answered
from agent_console.usage.reports.session_messages import Message, Place, Telling, messages

if TYPE_CHECKING:
    from agent_console.usage.reports.reading import Reading


class SessionRead(Struct, frozen=True):
    """A session as it was when it was read.

    Attributes:
        ledger: What the ledger knows; null when it does not know the session.
        messages: In the order of time.
        transcripts: How many of its transcripts could be read.
    """

    ledger: OneSession | None
    messages: list[Message]
    transcripts: int


class SessionReading:
    """Reads one session, again and again. For one thread at a time.

    Args:
        database: The ledger's path.
        session_id: The whole id.
    """

    def __init__(self, database: str, session_id: str) -> None:
        self._database = database
        self._session_id = session_id
        self._tellings: dict[str, tuple[Telling, tuple[int, int]]] = {}

    def read(self, transcript_path: str | None = None) -> SessionRead:
        """The session as it is now.

        Args:
            transcript_path: Where the daemon says that its transcript is.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        ledger = self._ledger()
        paths = dict.fromkeys(ledger.transcripts if ledger is not None else ())
        if transcript_path is not None:
            paths.setdefault(os.path.realpath(transcript_path))
        tellings = [telling for path in paths if (telling := self._telling(path)) is not None]
        entries = ledger.entries if ledger is not None else []
        return SessionRead(ledger, messages(entries, tellings), len(tellings))

    def _ledger(self) -> OneSession | None:
        return answered(self._database, self._session)

    def _session(self, ledger: "Reading") -> OneSession | None:
        if self._session_id not in ids_beginning_with(ledger, self._session_id):
            return None
        return one_session(ledger, Filter(), GROUPINGS["session"], self._session_id)

    def _telling(self, path: str) -> Telling | None:
        try:
            status = os.stat(path)
            file = status.st_dev, status.st_ino
            known, known_file = self._tellings.get(path, (Telling(path), file))
            if known_file != file or status.st_size < known.end_bytes:
                known = Telling(path)
            known.take(spoken(Path(path), known.end_bytes))
        except OSError:
            self._tellings.pop(path, None)
            return None
        self._tellings[path] = known, file
        return known


def words_of(wanted: Sequence[Message]) -> list[str]:
    """The first words of each; empty where nothing can be read."""
    return [_words(message.places) for message in wanted]


def _words(places: Sequence[Place]) -> str:
    lines: list[bytes] = []
    try:
        for place in places:
            with Path(place.path).open("rb") as file:
                file.seek(place.start_bytes)
                lines.append(file.read(place.size_bytes))
    except OSError:
        return ""
    return first_words(lines)
