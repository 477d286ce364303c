"""What a request leads to: values that the actor carries out.

Rule: an expected refusal is a Failure, not an exception; exceptions are bugs.
"""

from typing import Any, Literal

from msgspec import Struct

from agent_console.protocol.messages import ErrorCode, NotificationData
from agent_console.usage.entries import LedgerEntry

ChangeEvent = Literal["session", "session_removed", "metadata", "usage", "alert"]


class Change(Struct, frozen=True, gc=False):
    """One change of the daemon's state, as subscribers are told of it.

    Attributes:
        seq: Its number; grows by one with each change.
        event: The notification's name.
        key: What it is about: a newer change with the same event and key replaces it for a
            subscriber that is behind (except `usage` and `alert`).
        data: The newest state of that thing.
    """

    seq: int
    event: ChangeEvent
    key: str
    data: NotificationData


class Failure(Struct, frozen=True, gc=False):
    """An expected refusal."""

    code: ErrorCode
    message: str
    retryable: bool = False


class Outcome(Struct, frozen=True, gc=False):
    """What the actor has to do after a rule.

    Attributes:
        answer: The `data` of the answer, or a Failure; nothing while `waits`.
        changes: What subscribers are told.
        ledger: What the journal is asked to do.
        waits: The answer comes with the result of the first ledger entry.
        processes_changed: Other processes should be watched for their end, or other folders for
            what theirs say.
    """

    answer: Any = None
    changes: tuple[Change, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    waits: bool = False
    processes_changed: bool = False
