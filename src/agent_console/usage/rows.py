"""What the ledger's tables hold, as values.

Rule: the numbers of Source and Kind are stored; one is never reused or changed.
"""

from enum import IntEnum

from msgspec import Struct

from agent_console.model.metadata import SessionMetadata
from agent_console.usage.money import usd


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
    reported_nano_usd: int = 0
    duration_ms: int = 0
    turns: int = 0

    @property
    def tokens(self) -> int:
        """All tokens: the larger of two accounts of one response stands."""
        return (
            self.input_tokens
            + self.output_tokens
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
            self.reported_nano_usd - other.reported_nano_usd,
            self.duration_ms - other.duration_ms,
            self.turns - other.turns,
        )


class MessageRow(Struct, frozen=True, gc=False):
    """A row of `messages`, as far as an UPSERT knows it. Columns: see migrations.py.

    Attributes:
        message_no: Null until it is written.
        key: The response's identity; null when nobody gave it one.
    """

    message_no: int | None
    key: str | None
    session_no: int
    at_ms: int
    source: int
    kind: int
    project_no: int | None
    model_no: int | None
    figures: Figures
    set_aside: bool = False
    extra: bool = False


class SessionAccount(Struct, gc=False):
    """A row of `sessions` while a batch is carried out."""

    session_no: int
    session_id: str
    first_seen_ms: int | None
    last_seen_ms: int | None
    has_transcript: bool
    last_model_no: int | None
    last_model: str | None
    updated_at_ms: int | None
    sums: Figures

    def metadata(self) -> SessionMetadata:
        """The totals as everybody outside the ledger sees them."""
        sums = self.sums
        return SessionMetadata(
            self.session_id,
            sums.input_tokens,
            sums.output_tokens,
            sums.cache_write_5m_tokens + sums.cache_write_1h_tokens,
            sums.cache_read_tokens,
            usd(sums.reported_nano_usd),
            self.last_model,
            self.updated_at_ms,
            sums.duration_ms,
            sums.turns,
        )
