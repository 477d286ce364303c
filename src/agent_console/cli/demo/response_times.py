"""How long the board took to show what happened, measured at a subscriber.

Rule: a change is counted only when its cause is certain. A session's things happen one after the
other here, and `since_ms` says when a change was told: the last thing that had begun by then, and
was not over, is what told it. What fits nothing is left out, never guessed.
"""

import time
from dataclasses import dataclass, field
from math import ceil
from typing import Literal, TypeAlias

from msgspec import Struct

from agent_console.model.session import Session
from agent_console.protocol.codec import Notification

Kind: TypeAlias = Literal["hook", "registry", "exit"]


class Figures(Struct, frozen=True):
    """Response times of one kind, milliseconds."""

    count: int
    median_ms: float
    p99_ms: float


@dataclass
class Cause:
    """Something that was done to a session.

    Attributes:
        kind: A hook was run, a registry file written, a process killed.
        began: When, on the clock that is measured with.
        from_ms: When, in Unix milliseconds.
        to_ms: When it was over; None while it is not.
    """

    kind: Kind
    began: float
    from_ms: int
    to_ms: int | None = None

    def over(self) -> None:
        """Nothing more comes of it."""
        self.to_ms = _now_ms()


@dataclass
class ResponseTimes:
    """Collects causes from the replay and changes from the subscription.

    Attributes:
        taken_ms: What was measured.
    """

    taken_ms: dict[Kind, list[float]] = field(default_factory=dict[Kind, list[float]])
    _causes: dict[str, list[Cause]] = field(default_factory=dict[str, list[Cause]])
    _since_ms: dict[str, int] = field(default_factory=dict[str, int])

    def begin(self, kind: Kind, session_id: str, from_ms: int | None = None) -> Cause:
        """Something is done to a session now.

        Args:
            kind: What.
            session_id: To which.
            from_ms: Unix milliseconds, when it carries a time of its own.
        """
        cause = Cause(kind, time.perf_counter(), _now_ms() if from_ms is None else from_ms)
        self._causes.setdefault(session_id, []).append(cause)
        return cause

    def seen(self, notification: Notification) -> None:
        """A subscriber was told something now."""
        now = time.perf_counter()
        session = notification.data
        if not isinstance(session, Session):
            return
        since_ms = session.since_ms
        if self._since_ms.get(session.session_id) == since_ms:
            return  # the same status as before
        self._since_ms[session.session_id] = since_ms
        for cause in reversed(self._causes.get(session.session_id, [])):
            if cause.from_ms <= since_ms:
                if cause.to_ms is None or since_ms <= cause.to_ms:
                    taken_ms = (now - cause.began) * 1000
                    self.taken_ms.setdefault(cause.kind, []).append(taken_ms)
                return

    def figures(self, kind: Kind) -> Figures | None:
        """What was measured of one kind; None when nothing was."""
        taken = sorted(self.taken_ms.get(kind, ()))
        if not taken:
            return None
        return Figures(len(taken), _percentile(taken, 50), _percentile(taken, 99))


def _percentile(ascending: list[float], percent: float) -> float:
    """By nearest rank: a value that was measured."""
    return ascending[ceil(len(ascending) * percent / 100) - 1]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
