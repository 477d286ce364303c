"""The messages of one session: what the ledger knows of each, and where its text stands.

Rule: counts and costs are the ledger's and identities join the two; of the texts nothing is kept
but where they can be read. What a transcript tells and the ledger does not know yet has no counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from agent_console.claude_code.conversation import Spoken
from agent_console.claude_code.transcript_time import timestamp_ms
from agent_console.usage.reports.one_session import Entry
from agent_console.usage.reports.sums import PICO_DIGITS

USER = "user"
ERROR = "error"


class Place(Struct, frozen=True, gc=False):
    """Where one line of a transcript stands."""

    path: str
    start_bytes: int
    size_bytes: int


class Counted(Struct, frozen=True, gc=False):
    """What a message used.

    Attributes:
        cost_usd: Null when nobody knows its price.
        rank: 1 for the most expensive of the session.
        is_lower_bound: Its output count is known to be too small.
    """

    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    cost_usd: Decimal | None
    rank: int
    is_lower_bound: bool = False

    @property
    def tokens(self) -> int:
        """All of them."""
        return (
            self.input_tokens
            + self.output_tokens
            + self.cache_write_tokens
            + self.cache_read_tokens
        )


class Message(Struct, frozen=True, gc=False):
    """One message.

    Attributes:
        key: Tells it from the others of its session, today and later.
        role: `user`, `assistant`, `error`; `unlisted`, `advisor`, `compaction` for what was billed
            beside the conversation.
        at_ms: Unix milliseconds.
        model: Null for what no model said, and as long as the ledger does not know it.
        agent: The kind of subagent that said it; null in the main conversation.
        counted: Null for what uses nothing and for what the ledger does not know yet.
        places: The lines that tell it; empty when none can be read.
    """

    key: str
    role: str
    at_ms: int
    model: str | None = None
    agent: str | None = None
    counted: Counted | None = None
    places: tuple[Place, ...] = ()


class Told(Struct, gc=False):
    """A message as its transcript tells it.

    Attributes:
        role: `user`, `assistant` or `error`.
    """

    key: str
    role: str
    at_ms: int
    is_subagent: bool
    places: tuple[Place, ...]


class Telling:
    """What one transcript tells, taken in line by line."""

    def __init__(self, path: str) -> None:
        self.told: dict[str, Told] = {}
        self.end_bytes = 0
        self._path = path
        self._at_ms = 0

    def take(self, lines: Iterable[Spoken]) -> bool:
        """Take in the lines that follow; whether there was one."""
        found = False
        for line in lines:
            found = True
            self.end_bytes = line.start_bytes + line.size_bytes
            self._at_ms = timestamp_ms(line.timestamp) or self._at_ms
            if line.is_copy:
                # What a person wrote above a copied response was copied with it.
                self.told.clear()
            elif line.role == "assistant" or line.is_persons:
                self._add(line)
        return found

    def _add(self, line: Spoken) -> None:
        role = USER if line.is_persons else ERROR if line.is_error else line.role
        key = (line.message_id if role == "assistant" else None) or line.uuid or ""
        place = Place(self._path, line.start_bytes, line.size_bytes)
        known = self.told.get(key)
        if known is None:
            self.told[key] = Told(key, role, self._at_ms, line.is_subagent, (place,))
        else:
            known.places = (*known.places, place)


def messages(entries: Sequence[Entry], tellings: Iterable[Telling]) -> list[Message]:
    """The messages in the order of time.

    Args:
        entries: The session's rows of the ledger.
        tellings: What its transcripts tell.
    """
    told: dict[str, Told] = {}
    for telling in tellings:
        for key, each in telling.told.items():
            told.setdefault(key, each)
    found = [_billed(entry, number, told) for number, entry in enumerate(entries)]
    latest = max((entry.at_ms for entry in entries), default=0)
    billed = {message.key for message in found}
    found += [
        Message(each.key, each.role, each.at_ms, places=each.places)
        for each in told.values()
        if each.key not in billed and _is_shown(each, latest)
    ]
    found.sort(key=lambda message: message.at_ms)
    return found


def _is_shown(told: Told, latest_ms: int) -> bool:
    """A response that the ledger could know and does not have is another session's."""
    if told.role == "assistant":
        return told.at_ms > latest_ms and not told.is_subagent
    return True


def _billed(entry: Entry, number: int, told: Mapping[str, Told]) -> Message:
    sums = entry.sums
    cost = None if sums.cost_pico is None else Decimal(sums.cost_pico).scaleb(-PICO_DIGITS)
    known = told.get(entry.key or "")
    return Message(
        entry.key or f"row {number}",
        "assistant" if entry.kind == "response" else entry.kind,
        entry.at_ms,
        entry.model,
        entry.agent,
        Counted(
            sums.input,
            sums.output,
            sums.cache_write,
            sums.cache_read,
            cost,
            entry.rank,
            sums.lower_bound > 0,
        ),
        () if known is None else known.places,
    )
