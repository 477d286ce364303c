"""What reading on in one transcript found: plain values that travel from a reader to the writer.

Rule: readers know files and nothing of the database, the writer knows the database and no files.
Structs here are `array_like`: they cross from one process to another as MessagePack.
"""

from msgspec import Struct

from agent_console.usage.rows import Facet
from agent_console.usage.tables.told_columns import ToldColumns, ToldResponse

CLAIM_COPY = 1
"""The line says that it was copied from another session."""
CLAIM_SIDECHAIN = 2
"""The line is of a sidechain (a subagent, or a replay of the conversation)."""
CLAIM_ECHO = 4
"""The line is a parent's progress report on a subagent; it counts only when nothing else does.

It comes with CLAIM_SIDECHAIN, for it is a subagent's response."""


class ToldCostState(Struct, array_like=True, frozen=True, gc=False):
    """One model's part of a `cost-state` line: the session's total so far, as the client knew it.

    Attributes:
        number: Of the line among those of its transcript, from 1.
        at_ms: The last line before it that has a time.
        told_nano_usd: What the client reckoned that it cost; null: it did not say.
    """

    number: int
    at_ms: int
    model: str
    input_tokens: int
    output_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    cache_read_tokens: int
    web_searches: int
    told_nano_usd: int | None = None


class SourceState(Struct, array_like=True, frozen=True, gc=False):
    """How far a transcript has been read: a row of `sources`, in and out of a reader.

    Attributes:
        session_id: Whose transcript it is; a subagent's is its parent's.
        offset_bytes: The end of the last complete line that was read.
        mtime_ns, size_bytes: Of the file when it was read to its end, a half-written line
            included; 0 and the offset while another reading is to follow.
        head_hash: Of the file's first bytes; `tail_hash`: of the last ones before the offset. They
            tell a file that was rewritten from one that grew.
        first_line_ms, last_line_ms: Its first and last line with a time.
        user_messages: What a person wrote, without copies of another session's.
        api_errors: Responses that were errors of the API.
        cost_states: Lines of that type.
        bad_reasons: How many lines were passed over, by reason: `malformed`, `not_object` or
            `too_long`.
    """

    path: str
    session_id: str
    device: int
    inode: int
    offset_bytes: int = 0
    mtime_ns: int = 0
    size_bytes: int = 0
    head_hash: int = 0
    tail_hash: int = 0
    first_line_ms: int | None = None
    last_line_ms: int | None = None
    lines: int = 0
    user_messages: int = 0
    api_errors: int = 0
    cost_states: int = 0
    bad_reasons: dict[str, int] = {}


class FileReading(Struct, array_like=True, frozen=True, gc=False):
    """What a transcript told between two offsets.

    Attributes:
        before: The state that the reading began with; the writer takes nothing when the database
            has another by now (somebody else has read on). Null: the file was not known.
        after: The state to store, counted from the beginning of the file.
        from_start: It was read from its beginning: new, rewritten, truncated or asked for.
        responses: By column, each key once.
        facets: What responses share, each once. What follows from figures stands in none of them.
        title: The session's name by this file, and its rank: 1 a summary, 2 generated, 3 the
            person's own; null when none was told.
        forked_from: The session that lines were copied from, by their own words; of several
            the last line's.
        forked_at_ms: The last of those lines.
        inherits_cost: It was forked in a way (--fork-session) in which the client's own total goes
            on from the original's.
        is_complete: The end of the file was reached; otherwise another reading follows.
    """

    before: SourceState | None
    after: SourceState
    from_start: bool
    responses: ToldColumns
    facets: list[Facet]
    cost_states: list[ToldCostState]
    title: tuple[str, int] | None
    forked_from: str | None
    forked_at_ms: int | None
    inherits_cost: bool
    is_complete: bool

    @property
    def bytes_read(self) -> int:
        """How much of the file was read for it."""
        begun = 0 if self.from_start or self.before is None else self.before.offset_bytes
        return self.after.offset_bytes - begun

    def session_of(self, told: ToldResponse) -> str:
        """Whose response it is, as this file tells it."""
        return told.session_id or self.after.session_id
