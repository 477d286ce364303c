"""What the ledger's tables hold, as values.

Rule: the numbers of Source and Kind are stored; one is never reused or changed.
"""

from enum import IntEnum

from msgspec import Struct

from agent_console.model.metadata import SessionMetadata
from agent_console.usage.cost_sql import PICO_PER_USD


class Source(IntEnum):
    """Who told the figures of a row."""

    TRANSCRIPT = 1
    UPSERT = 2
    SDK = 3


class Kind(IntEnum):
    """What was billed."""

    RESPONSE = 1
    UNLISTED = 2
    ADVISOR = 3
    COMPACTION = 4


class Figures(Struct, frozen=True, gc=False):
    """What is added up: a row's own figures, a difference of two, or a sum.

    Attributes:
        reported_nano_usd: Reported cost; 0 when nobody reported one.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    web_searches: int = 0
    reported_nano_usd: int = 0
    duration_ms: int = 0
    turns: int = 0

    @property
    def sums(self) -> tuple[int, int, int, int, int, int, int]:
        """The figures that are in rollups, in the order of SUMS."""
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
    def tokens(self) -> int:
        """All tokens: the larger of two accounts of one response stands."""
        return self.prompt_tokens + self.output_tokens

    @property
    def prompt_tokens(self) -> int:
        """The whole prompt: its size may decide the price."""
        return (
            self.input_tokens
            + self.cache_write_5m_tokens
            + self.cache_write_1h_tokens
            + self.cache_read_tokens
        )

    def plus(self, other: "Figures") -> "Figures":
        """The sum of both."""
        return Figures(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_write_5m_tokens + other.cache_write_5m_tokens,
            self.cache_write_1h_tokens + other.cache_write_1h_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.web_searches + other.web_searches,
            self.reported_nano_usd + other.reported_nano_usd,
            self.duration_ms + other.duration_ms,
            self.turns + other.turns,
        )

    def minus(self, other: "Figures") -> "Figures":
        """What this has beyond `other`; fields may be negative."""
        return Figures(
            self.input_tokens - other.input_tokens,
            self.output_tokens - other.output_tokens,
            self.cache_write_5m_tokens - other.cache_write_5m_tokens,
            self.cache_write_1h_tokens - other.cache_write_1h_tokens,
            self.cache_read_tokens - other.cache_read_tokens,
            self.web_searches - other.web_searches,
            self.reported_nano_usd - other.reported_nano_usd,
            self.duration_ms - other.duration_ms,
            self.turns - other.turns,
        )

    def at_least_zero(self) -> "Figures":
        """The same, with 0 in the place of what is negative."""
        return Figures(
            max(0, self.input_tokens),
            max(0, self.output_tokens),
            max(0, self.cache_write_5m_tokens),
            max(0, self.cache_write_1h_tokens),
            max(0, self.cache_read_tokens),
            max(0, self.web_searches),
        )


class Facet(Struct, array_like=True, frozen=True, gc=False):
    """A row of `facets`: where rows belong, and what their price depends on.

    An empty text is not told. Columns: see schema/step_2.py.
    """

    project: str = ""
    branch: str = ""
    version: str = ""
    entrypoint: str = ""
    model: str = ""
    speed: str = ""
    service_tier: str = ""
    inference_geo: str = ""
    agent_type: str = ""
    skill: str = ""
    is_subagent: bool = False
    kind: Kind = Kind.RESPONSE
    prompt_over: int = 0
    cost_is_reported: bool = False
    output_is_lower_bound: bool = False


class MessageRow(Struct, frozen=True, gc=False):
    """A row of `messages`. Columns: see schema/step_2.py.

    Attributes:
        message_no: Null until it is written.
        key: The response's identity; null when nobody gave it one.
        source_no: The transcript that told it best; null when none has.
    """

    message_no: int | None
    key: str | None
    session_no: int
    facet_no: int
    at_ms: int
    source: int
    figures: Figures
    claim: int = 0
    source_no: int | None = None
    agent_no: int = 0
    web_fetches: int = 0
    set_aside: bool = False
    extra: bool = False


class SessionAccount(Struct, gc=False):
    """A row of `sessions` while a batch is carried out.

    Attributes:
        cost_pico_usd: What its rows cost, by the mode `auto`, in picodollars.
    """

    session_no: int
    session_id: str
    first_seen_ms: int | None
    last_seen_ms: int | None
    has_transcript: bool
    last_model_no: int | None
    last_model: str | None
    updated_at_ms: int | None
    sums: Figures
    cost_pico_usd: int = 0

    def metadata(self) -> SessionMetadata:
        """The totals as everybody outside the ledger sees them."""
        sums = self.sums
        return SessionMetadata(
            self.session_id,
            sums.input_tokens,
            sums.output_tokens,
            sums.cache_write_5m_tokens + sums.cache_write_1h_tokens,
            sums.cache_read_tokens,
            self.cost_pico_usd / PICO_PER_USD,
            self.last_model,
            self.updated_at_ms,
            sums.duration_ms,
            sums.turns,
        )
