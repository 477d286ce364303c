"""The responses of one reading, column by column.

Rule: they are packed, unpacked and written by column, so that none of that makes a value of Python
for each response. Who looks at one of them asks for it by its place.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import astuple

from agent_console.usage.rows import Figures


class ToldResponse(Struct, frozen=True, gc=False):
    """One billed response as one transcript tells it: all its lines there, merged.

    Attributes:
        key: Its identity (ACCOUNTING: message.id, else uuid, else file and offset); advisor and
            compaction iterations have their own.
        key_hash: Of the key.
        facet_at: Where what it shares with others stands in the reading's `facets`.
        session_id: The session that it belongs to by this line, the one that the line says it was
            copied from; empty: the one whose file this is.
        claim: Sum of the CLAIM_ numbers of the best line, the lowest being the best.
        at_ms: The earliest time among its lines, Unix milliseconds (UTC).
        agent_id: Of the subagent; empty: not told.
        input_tokens, ...: What it used: SUMS, the reported cost being `costUSD` of the line or 0.
    """

    key: str
    key_hash: int
    facet_at: int
    session_id: str
    claim: int
    at_ms: int
    agent_id: str
    web_fetches: int
    input_tokens: int
    output_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    cache_read_tokens: int
    web_searches: int
    reported_nano_usd: int

    @property
    def figures(self) -> Figures:
        """What it used."""
        return Figures(
            self.input_tokens,
            self.output_tokens,
            self.cache_write_5m_tokens,
            self.cache_write_1h_tokens,
            self.cache_read_tokens,
            self.web_searches,
            self.reported_nano_usd,
        )


class ToldColumns(Struct, array_like=True, frozen=True, gc=False):
    """The fields of any number of ToldResponse, in their order; each key once."""

    keys: list[str] = []
    key_hashes: list[int] = []
    facet_ats: list[int] = []
    session_ids: list[str] = []
    claims: list[int] = []
    times_ms: list[int] = []
    agent_ids: list[str] = []
    web_fetches: list[int] = []
    input_tokens: list[int] = []
    output_tokens: list[int] = []
    cache_write_5m_tokens: list[int] = []
    cache_write_1h_tokens: list[int] = []
    cache_read_tokens: list[int] = []
    web_searches: list[int] = []
    reported_nano_usd: list[int] = []

    def __len__(self) -> int:
        """How many responses."""
        return len(self.keys)

    def __iter__(self) -> Iterator[ToldResponse]:
        """Each of them."""
        return map(ToldResponse, *astuple(self))

    @property
    def sums(self) -> tuple[list[int], ...]:
        """What they used: the columns of SUMS."""
        return (
            self.input_tokens,
            self.output_tokens,
            self.cache_write_5m_tokens,
            self.cache_write_1h_tokens,
            self.cache_read_tokens,
            self.web_searches,
            self.reported_nano_usd,
        )

    @property
    def prompts(self) -> tuple[list[int], ...]:
        """The columns that make up the whole prompt."""
        return (
            self.input_tokens,
            self.cache_write_5m_tokens,
            self.cache_write_1h_tokens,
            self.cache_read_tokens,
        )

    def only(self, places: Sequence[int]) -> "ToldColumns":
        """Those at these places."""
        return ToldColumns(*([column[at] for at in places] for column in astuple(self)))
