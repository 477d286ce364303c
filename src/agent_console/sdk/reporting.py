"""What the daemon is told of a stream: its status, its responses while they come, its totals.

Rule 1: this does no I/O and reads no clock; it makes requests of the wire. Each of them may be told
        any number of times, and a later one of the same `key` stands for all before it.
Rule 2: a response is told under its message id, with the figures known so far: the transcript's
        larger ones take its place. What totals have beyond responses is the ledger's to find out.
        So nothing is counted twice, whoever else tells it, and without a transcript all of it once.
"""

import re
from collections.abc import Hashable, Iterator
from typing import TypeAlias

from msgspec import UNSET

from agent_console.model.format import printable
from agent_console.model.session import AgentType, Status
from agent_console.protocol.messages import SetSession, Upsert
from agent_console.sdk.collecting import Collector
from agent_console.sdk.figures import ModelFigures
from agent_console.sdk.messages import Began, Block, Finished, Resumed, StreamStart, Told
from agent_console.usage.periods import quarter

Report: TypeAlias = SetSession | Upsert

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LONGEST_REASON = 120
_MOST_USD = 10_000.0
"""The wire takes no more."""


class Reports:
    """Makes requests of what a collector takes in.

    Args:
        resumed: The session that the stream goes on with, if any.
        stays_open: The session outlives the stream.
    """

    def __init__(self, resumed: Resumed | None, *, stays_open: bool) -> None:
        self._forked_from = resumed.session_id if resumed is not None and resumed.forks else None
        self._stays_open = stays_open
        self._session_id: str | None = None
        self._is_working = False
        self._is_behind = False
        self._told: dict[str, ModelFigures] = {}
        self._last: Block | None = None

    def prompted(self, session_id: str | None) -> Iterator[Report]:
        """A session that is known was asked something."""
        if session_id is not None:
            self._session_id = session_id
            self._is_working = True
            yield SetSession(session_id=session_id, status=Status.WORKING)

    def of(
        self, told: Told | None, grown: Block | None, collector: Collector, at_ms: int
    ) -> Iterator[Report]:
        """What follows from one message.

        Args:
            told: What the message says.
            grown: The response of which more is known by it.
            collector: It has taken the message in.
            at_ms: When it came, Unix milliseconds.
        """
        session_id = collector.session_id
        if not session_id or told is None:
            return
        begins = isinstance(told, Began | Block | StreamStart)
        if session_id != self._session_id or (begins and not self._is_working):
            if self._session_id not in {None, session_id}:  # the conversation was replaced
                yield SetSession(session_id=self._session_id or "", status=Status.CLOSED)
                self._forked_from = None
            self._session_id = session_id
            self._is_working = True
            yield SetSession(
                session_id=session_id,
                status=Status.WORKING,
                working_dir=collector.cwd or UNSET,
                agent_type=AgentType.AGENT_SDK,
            )
        if _UUID.fullmatch(session_id) is not None:
            if grown is not None:
                yield from self._response(session_id, grown, at_ms)
            if isinstance(told, Finished):
                yield from self._end_of_turn(session_id, told, at_ms)
        if isinstance(told, Finished):
            self._is_working = False
            self._is_behind = told.error is None and bool(collector.tasks)
            yield self._at_rest(session_id, told)
        elif self._is_behind and not self._is_working and not collector.tasks:
            self._is_behind = False
            yield SetSession(session_id=session_id, status=Status.ATTENTION, reason="done")

    def _response(self, session_id: str, block: Block, at_ms: int) -> Iterator[Upsert]:
        message_id = block.message_id
        if message_id is None or self._told.get(message_id) == block.figures:
            return
        self._told[message_id] = block.figures
        if not block.in_subagent:
            self._last = block
        yield _upsert(session_id, block.model, block.figures, at_ms, message_id=message_id)

    def _end_of_turn(self, session_id: str, finished: Finished, at_ms: int) -> Iterator[Upsert]:
        last = self._last
        if last is not None and last.message_id is not None:
            yield _upsert(
                session_id,
                last.model,
                self._told[last.message_id],
                at_ms,
                message_id=last.message_id,
                duration_ms=finished.duration_ms,
                turns=finished.turns,
            )
        self._told.clear()
        self._last = None
        forked_from = self._forked_from or ""
        for model, figures in () if finished.totals is None else finished.totals.models.items():
            yield _upsert(
                session_id,
                model,
                figures,
                at_ms,
                cost_usd=min(figures.cost_usd, _MOST_USD),
                is_total=True,
                forked_from=forked_from if _UUID.fullmatch(forked_from) else None,
            )

    def _at_rest(self, session_id: str, finished: Finished) -> SetSession:
        if self._is_behind:
            return SetSession(session_id=session_id, status=Status.WORKING, reason="background")
        reason = "done"
        if finished.error is not None:
            reason = finished.error if finished.is_interrupt else _reason(finished.error)
        return SetSession(session_id=session_id, status=Status.ATTENTION, reason=reason)

    def ended(self, error: str | None) -> Iterator[SetSession]:
        """The stream has ended.

        Args:
            error: Why it broke; null at its proper end.
        """
        if self._session_id is None:
            return
        if not self._stays_open:
            reason = UNSET if error is None else _reason(error)
            yield SetSession(session_id=self._session_id, status=Status.CLOSED, reason=reason)
        elif error is not None:
            yield SetSession(
                session_id=self._session_id, status=Status.ATTENTION, reason=_reason(error)
            )


def key(report: Report) -> Hashable:
    """What a later report stands in the place of."""
    if isinstance(report, SetSession):
        return report.session_id
    if report.is_total:
        return report.session_id, report.model, quarter(report.at_ms or 0)
    return report.session_id, report.message_id


def later(earlier: Report | None, report: Report) -> Report:
    """The one that stands for both, of the same key."""
    if isinstance(report, SetSession) and isinstance(earlier, SetSession):
        return SetSession(
            session_id=report.session_id,
            status=report.status,
            working_dir=earlier.working_dir if report.working_dir is UNSET else report.working_dir,
            agent_type=earlier.agent_type if report.agent_type is UNSET else report.agent_type,
            reason=report.reason,
        )
    return report


def _reason(error: str) -> str:
    return " ".join(printable(f"error: {error}").split())[:_LONGEST_REASON]


def _upsert(
    session_id: str,
    model: str | None,
    figures: ModelFigures,
    at_ms: int,
    *,
    message_id: str | None = None,
    cost_usd: float = 0.0,
    is_total: bool = False,
    forked_from: str | None = None,
    duration_ms: int = 0,
    turns: int = 0,
) -> Upsert:
    return Upsert(
        session_id=session_id,
        input_tokens=figures.input_tokens,
        output_tokens=figures.output_tokens,
        cache_creation_tokens=figures.cache_creation_tokens,
        cache_creation_1h_tokens=figures.cache_creation_1h_tokens,
        cache_read_tokens=figures.cache_read_tokens,
        web_searches=figures.web_searches,
        cost_usd=cost_usd,
        model=model,
        message_id=message_id,
        is_total=is_total,
        forked_from=forked_from,
        duration_ms=duration_ms,
        turns=turns,
        at_ms=at_ms,
        source="sdk",
    )
