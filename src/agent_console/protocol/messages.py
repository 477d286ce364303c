"""The whole wire in one file: every answer, request and notification, as tagged structs.

Rule 1: what stands here is a promise to clients. A field may be added; none may be renamed, retyped
        or removed while `PROTOCOL_VERSION` is 1. The recorded lines under tests/protocol/wire hold
        it.
Rule 2: a request names in its base what it is answered with; clients know it from here only.
"""

from typing import Annotated, Any, Final, Generic, Literal, TypeAlias, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from agent_console.model.metadata import Reporter, SessionMetadata
from agent_console.model.session import MAX_SESSION_ID_LENGTH, Session, Status
from agent_console.model.usage import Alert, Limits, UsageEntry

Answer_co = TypeVar("Answer_co", covariant=True)

PROTOCOL_VERSION: Final = 1
MAX_LINE_BYTES = 1024 * 1024
MAX_HOOK_LINE_BYTES = 8 * 1024 * 1024
MAX_TOKENS = 10**12
"""More than anybody can use, so that sums over the ledger stay whole numbers of 64 bits."""
MAX_TIME_MS = 10**14

BoardId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_SESSION_ID_LENGTH)]
"""The id of a session on the board, or one to be put there.

Only printable ids get onto the board (`State` sees to it); a pattern here would cost more than all
the rest of decoding a request.
"""

Uuid: TypeAlias = Annotated[
    str, Meta(pattern=r"^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
]
Text: TypeAlias = Annotated[str, Meta(max_length=4096)]
Name: TypeAlias = Annotated[str, Meta(max_length=200)]
Tokens: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_TOKENS)]
AlertId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40)]
Priority: TypeAlias = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Usd: TypeAlias = Annotated[float, Meta(ge=0, le=10_000)]

ErrorCode: TypeAlias = Literal[
    "bad_json",
    "bad_request",
    "unknown_command",
    "unsupported_version",
    "invalid_value",
    "not_found",
    "conflict",
    "frame_too_large",
    "forbidden",
    "overloaded",
    "shutting_down",
    "internal",
]
Topic: TypeAlias = Literal["session", "metadata", "usage", "alert"]
TOPICS: tuple[Topic, ...] = ("session", "metadata", "usage", "alert")


# ---- what answers carry --------------------------------------------------------------------


class Pong(Struct, frozen=True, gc=False):
    """The answer to PING."""

    pong: bool
    version: int
    server: str
    epoch: str
    pid: int


class Removed(Struct, frozen=True, gc=False):
    """The answer to RM."""

    removed: bool


class HookResult(Struct, frozen=True, gc=False):
    """What a hook event did."""

    session_id: str
    status: Status


class UpsertResult(SessionMetadata, frozen=True, omit_defaults=False, gc=False):
    """The totals after an UPSERT, and whether its deltas were set aside."""

    set_aside: bool | UnsetType = UNSET


class StatusLineResult(Struct, frozen=True, gc=False):
    """Figures for a status line; null is what the ledger cannot be asked."""

    session_cost_usd: float
    today_cost_usd: float | None
    block_cost_usd: float | None
    burn_usd_per_hour: float | None
    limits: Limits


class Acknowledged(Struct, frozen=True, gc=False):
    """The answer to ACK: how many alerts are others now."""

    changed: int


class GateResult(Struct, frozen=True, gc=False):
    """The answer to GATE: `reason` is a sentence for the person when it may not go on."""

    blocked: bool
    reason: str | None = None


class Snapshot(Struct, frozen=True, gc=False):
    """Everything a subscriber needs to start: the answer to SUB and the `snapshot` notification."""

    epoch: str
    seq: int
    sessions: tuple[Session, ...]
    metadata: tuple[SessionMetadata, ...]
    limits: Limits
    resync: bool


class Unsubscribed(Struct, frozen=True, gc=False):
    """The answer to UNSUB."""

    unsubscribed: bool


class Stopping(Struct, frozen=True, gc=False):
    """The answer to STOP."""

    stopping: bool


class SubscriberStatus(Struct, frozen=True, gc=False):
    """One subscriber, as STATUS tells it."""

    topics: tuple[str, ...]
    lag: int
    pending: int


class Counters(Struct, frozen=True, gc=False):
    """What the daemon has counted since it started."""

    requests: int
    hooks: dict[str, int]
    bad_lines: int
    upserts: int
    duplicates: int
    internal_errors: int
    spool_drained: int
    spool_dropped: int


class IndexingStatus(Struct, frozen=True, gc=False):
    """How far the transcripts are in the ledger.

    Attributes:
        running: Transcripts are followed now.
        files: How many there are; null until all have been looked at.
        caught_up: All that was there has been read.
        bytes_read, bytes_in_all: Of a long reading, while not caught up.
        last_error: What went wrong last.
    """

    running: bool
    files: int | None
    caught_up: bool
    bytes_read: int
    bytes_in_all: int
    last_error: str | None


class ServerStatusResult(Struct, frozen=True, gc=False):
    """The answer to STATUS; `indexing` is null where an older daemon does not tell it."""

    pid: int
    server: str
    version: int
    epoch: str
    python: str
    event_loop: str
    uptime_ms: int
    socket: str
    database: str | None
    ledger_error: str | None
    sessions: dict[str, int]
    subscribers: tuple[SubscriberStatus, ...]
    connections: int
    counters: Counters
    loop_lag_p99_ms: float
    rss_bytes: int
    watching: tuple[str, ...]
    last_error: str | None
    indexing: IndexingStatus | None = None


class DumpResult(Struct, frozen=True, gc=False):
    """The answer to DUMP: the whole state, versioned."""

    dump_version: int
    epoch: str
    seq: int
    at_ms: int
    sessions: tuple[Session, ...]
    metadata: tuple[SessionMetadata, ...]
    limits: Limits


class Success(Struct, frozen=True, gc=False):
    """A good answer; `data` is what the request's row in the protocol's table says."""

    ok: Literal[True]
    id: str | int | None
    version: int
    data: Any


class ErrorBody(Struct, frozen=True, gc=False):
    """Why a request was refused, and what to do."""

    code: ErrorCode
    message: str
    retryable: bool = False


class Refusal(Struct, frozen=True, gc=False):
    """A bad answer."""

    ok: Literal[False]
    id: str | int | None
    version: int
    error: ErrorBody


# ---- requests ------------------------------------------------------------------------------


class RequestBase(
    Struct,
    Generic[Answer_co],
    frozen=True,
    gc=False,
    tag_field="cmd",
    kw_only=True,
    omit_defaults=True,
):
    """What every request may carry; each says by its base what the `data` of a good answer is."""

    id: str | int | None = None
    version: Literal[1] = PROTOCOL_VERSION


class Ping(RequestBase[Pong], frozen=True, tag="PING"):
    """Are you there?"""


class SetSession(RequestBase[Session], frozen=True, tag="SET"):
    """Create a session or change what is named; an absent field keeps its value, null clears it."""

    session_id: BoardId
    status: Status | UnsetType = UNSET
    working_dir: Text | None | UnsetType = UNSET
    agent_type: Name | None | UnsetType = UNSET
    reason: Name | None | UnsetType = UNSET
    label: Name | None | UnsetType = UNSET
    priority: Priority | None | UnsetType = UNSET
    note: Text | None | UnsetType = UNSET


class Get(RequestBase[Session | None], frozen=True, tag="GET"):
    """One session with its history, or null."""

    session_id: BoardId


class ListSessions(RequestBase[tuple[Session, ...]], frozen=True, tag="LIST"):
    """All sessions, most urgent first."""

    status: Status | None = None
    include_closed: bool = True


class Seen(RequestBase[Session], frozen=True, tag="SEEN"):
    """The person has looked at the session since its last change of status."""

    session_id: BoardId


class Remove(RequestBase[Removed], frozen=True, tag="RM"):
    """Take a session off the board; the ledger keeps its rows."""

    session_id: BoardId


class Reopen(RequestBase[Session], frozen=True, tag="REOPEN"):
    """A closed session needs attention again."""

    session_id: BoardId


class Upsert(RequestBase[UpsertResult], frozen=True, tag="UPSERT"):
    """Add deltas to a session's totals, durably.

    Attributes:
        cache_creation_1h_tokens: Those of `cache_creation_tokens` that live for an hour.
        at_ms: When it was used, Unix milliseconds; absent or in the future: now.
        source: `sdk` when a client of the Agent SDK reports it.
        is_total: These are no deltas but all that `model` was used for since the session began, as
            Claude Code counts; what that is beyond the session's responses counts as unlisted.
        forked_from: With `is_total`: the session whose total this one's counters began with.
    """

    session_id: Uuid
    input_tokens: Tokens = 0
    output_tokens: Tokens = 0
    cache_creation_tokens: Tokens = 0
    cache_read_tokens: Tokens = 0
    cost_usd: Usd = 0.0
    model: Name | None = None
    message_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    extra: bool = False
    duration_ms: Tokens = 0
    turns: Tokens = 0
    cache_creation_1h_tokens: Tokens = 0
    web_searches: Tokens = 0
    at_ms: Annotated[int, Meta(ge=0, le=MAX_TIME_MS)] | None = None
    source: Reporter = "upsert"
    is_total: bool = False
    forked_from: Uuid | None = None


class Meta_(RequestBase[SessionMetadata | None], frozen=True, tag="META"):  # noqa: N801 - `Meta` is msgspec's
    """A session's totals, or null.

    Attributes:
        reread: Ask the ledger even when they are known: another program has written to it.
    """

    session_id: Uuid
    reread: bool = False


class Hook(RequestBase[HookResult | None], frozen=True, tag="HOOK"):
    """A Claude Code hook payload, verbatim.

    Attributes:
        event: The payload.
        sent_at: When the hook started, Unix milliseconds.
        env: The whitelisted variables the hook saw.
        head: The first 64 KiB of a payload that was too long to travel; then `event_name` and
            `session_id` say what it was.
    """

    event: Raw | UnsetType = UNSET
    sent_at: int | float | None = None
    env: dict[str, str] = {}
    head: str | None = None
    event_name: str | None = None
    session_id: str | None = None


class StatusLine(RequestBase[StatusLineResult], frozen=True, tag="STATUSLINE"):
    """A Claude Code statusLine payload, verbatim."""

    event: Raw


class Since(Struct, frozen=True, gc=False):
    """Where a subscriber had got to."""

    epoch: str
    seq: int


class Alerts(RequestBase[tuple[Alert, ...]], frozen=True, tag="ALERTS"):
    """The alerts that were raised, the latest first.

    Attributes:
        unacknowledged: Only those that wait for the person: neither acknowledged nor snoozed.
        limit: How many at most.
    """

    unacknowledged: bool = False
    limit: Annotated[int, Meta(ge=0, le=1_000)] = 100


class Acknowledge(RequestBase[Acknowledged], frozen=True, tag="ACK"):
    """The person has taken note of alerts; every subscriber hears it.

    Attributes:
        alert_ids: Which; null is all that wait.
        snooze_until_ms: Not for good: they come back then, Unix milliseconds.
    """

    alert_ids: Annotated[tuple[AlertId, ...], Meta(max_length=1_000)] | None = None
    snooze_until_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_000)] | None = None


class Gate(RequestBase[GateResult], frozen=True, tag="GATE"):
    """May a session go on, or is a hard budget that it counts for spent?

    Attributes:
        working_dir: Its folder; without it the one that the board knows.
    """

    session_id: BoardId
    working_dir: Text | None = None


class Subscribe(RequestBase[Snapshot], frozen=True, tag="SUB"):
    """Tell me every change from now on."""

    topics: tuple[Topic, ...] = TOPICS
    since: Since | None = None


class Unsubscribe(RequestBase[Unsubscribed], frozen=True, tag="UNSUB"):
    """Stop telling me."""


class ServerStatus(RequestBase[ServerStatusResult], frozen=True, tag="STATUS"):
    """How is the daemon itself?"""


class Dump(RequestBase[DumpResult], frozen=True, tag="DUMP"):
    """The whole state as one document."""


class Stop(RequestBase[Stopping], frozen=True, tag="STOP"):
    """End the daemon."""

    force: bool = False


Request: TypeAlias = (
    Ping
    | SetSession
    | Get
    | ListSessions
    | Seen
    | Remove
    | Reopen
    | Upsert
    | Meta_
    | Hook
    | StatusLine
    | Alerts
    | Acknowledge
    | Gate
    | Subscribe
    | Unsubscribe
    | ServerStatus
    | Dump
    | Stop
)


# ---- notifications -------------------------------------------------------------------------


class SessionRemoved(Struct, frozen=True, gc=False):
    """A session was taken off the board."""

    session_id: str


class Heartbeat(Struct, frozen=True, gc=False):
    """A sign of life with the account's limits; its own `seq` is the last handed over."""

    at_ms: int
    limits: Limits = Limits()


class Bye(Struct, frozen=True, gc=False):
    """The daemon stops on purpose."""

    reason: str


NotificationData: TypeAlias = (
    Session | SessionRemoved | SessionMetadata | UsageEntry | Alert | Snapshot | Heartbeat | Bye
)
