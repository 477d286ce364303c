"""What a generated corpus billed, and its sums.

Rule: a bill is written down by whoever invents a response, never read from a transcript; otherwise
a mistake of the reader could hide in the truth that it is compared with.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

Kind = Literal["response", "unlisted", "advisor", "compaction"]
CLASSES = (
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "web_searches",
)


class Bill(Struct, frozen=True, gc=False):
    """One billed response as its transcript tells it, or what stands in no line (`unlisted`).

    Attributes:
        key: The identity that ACCOUNTING gives it; empty where it is made up by the reader.
        at_ms: Of its first line, Unix milliseconds; of the last line before it when unlisted.
        project: The working directory of its lines.
        is_lower_bound: The transcript tells too little output; the bill says what is told.
    """

    key: str
    kind: Kind
    session_id: str
    project: str
    model: str
    at_ms: int
    is_subagent: bool
    input_tokens: int
    output_tokens: int
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    web_searches: int = 0
    is_lower_bound: bool = False
    branch: str = ""

    @property
    def day(self) -> str:
        """The UTC date, as in 2026-11-20."""
        return _day(self.at_ms)


class Tokens(Struct):
    """A sum of bills; `rows` counts all of them, `responses` those of kind `response`."""

    rows: int = 0
    responses: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    web_searches: int = 0

    def add(self, bill: Bill) -> None:
        """Add one bill."""
        self.rows += 1
        self.responses += bill.kind == "response"
        self.input_tokens += bill.input_tokens
        self.output_tokens += bill.output_tokens
        self.cache_write_5m_tokens += bill.cache_write_5m_tokens
        self.cache_write_1h_tokens += bill.cache_write_1h_tokens
        self.cache_read_tokens += bill.cache_read_tokens
        self.web_searches += bill.web_searches

    @property
    def total_tokens(self) -> int:
        """Input, output, cache writes and reads."""
        return (
            self.input_tokens
            + self.output_tokens
            + self.cache_write_5m_tokens
            + self.cache_write_1h_tokens
            + self.cache_read_tokens
        )


class Truth(Struct):
    """Everything that a corpus holds.

    Attributes:
        home: To be used as HOME; `config_dirs` are its two config directories.
        bills: One for each row that a right ledger has.
        forks: Session to the session that its first lines were copied from.
        titles: The session's name, by its best line.
        api_errors: Synthetic answers to failed requests, by session.
        bad_lines: Lines that are no JSON object, half-written last lines included.
        oddities: How often each was put in.
    """

    home: str
    config_dirs: list[str]
    bills: list[Bill] = field(default_factory=list[Bill])
    sessions: list[str] = field(default_factory=list[str])
    forks: dict[str, str] = field(default_factory=dict[str, str])
    titles: dict[str, str] = field(default_factory=dict[str, str])
    api_errors: dict[str, int] = field(default_factory=dict[str, int])
    oddities: dict[str, int] = field(default_factory=dict[str, int])
    bad_lines: int = 0
    files: int = 0
    size_bytes: int = 0

    def count(self, oddity: str, times: int = 1) -> None:
        """Note that an oddity was put in."""
        if times:
            self.oddities[oddity] = self.oddities.get(oddity, 0) + times

    def total(self, *, unlisted: bool = True) -> Tokens:
        """The sum of all bills, with or without what stands in no line."""
        return self.sums(lambda _: "", unlisted=unlisted).get("", Tokens())

    def sums(self, key: Callable[[Bill], str], *, unlisted: bool = True) -> dict[str, Tokens]:
        """Sums by what `key` gives, sorted by it."""
        return _sums((bill for bill in self.bills if unlisted or bill.kind != "unlisted"), key)

    def by_session(self) -> dict[str, Tokens]:
        """Sums by session id."""
        return self.sums(lambda bill: bill.session_id)

    def by_day(self) -> dict[str, Tokens]:
        """Sums by UTC date."""
        return self.sums(lambda bill: bill.day)

    def by_model(self) -> dict[str, Tokens]:
        """Sums by the model's name in the transcript."""
        return self.sums(lambda bill: bill.model)

    def by_project(self) -> dict[str, Tokens]:
        """Sums by working directory."""
        return self.sums(lambda bill: bill.project)

    def by_kind(self) -> dict[str, Tokens]:
        """Sums by kind of bill."""
        return self.sums(lambda bill: bill.kind)

    def write(self, path: Path) -> None:
        """Keep it as JSON, to be read with `read_truth`."""
        path.write_bytes(msgspec.json.encode(self))


def read_truth(path: Path) -> Truth:
    """What `Truth.write` kept."""
    return msgspec.json.decode(path.read_bytes(), type=Truth)


def _sums(bills: Iterable[Bill], key: Callable[[Bill], str]) -> dict[str, Tokens]:
    found: dict[str, Tokens] = {}
    for bill in bills:
        name = key(bill)
        if name not in found:
            found[name] = Tokens()
        found[name].add(bill)
    return dict(sorted(found.items()))


_days: dict[int, str] = {}


def _day(at_ms: int) -> str:
    number = at_ms // 86_400_000
    if number not in _days:
        import datetime as dt

        moment = dt.datetime.fromtimestamp(number * 86_400, dt.UTC)
        _days[number] = moment.date().isoformat()
    return _days[number]
