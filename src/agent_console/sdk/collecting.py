"""Messages to a response: collected while they stream, whatever is missing among them.

Rule: this does no I/O and reads no clock. Figures of one response are differences of the session's
totals, per model; the usage of single messages counts only where there are no totals.

Whether a session has a past cannot be seen in its messages. What resumes one says so (`Resumed`);
then its totals begin with those that are known of the past, and where none are known a response's
figures are those of its turn's main loop, its cost that share of the session's, and `is_estimated`.
"""

from datetime import datetime

from agent_console.claude_code.model_names import bare_name
from agent_console.sdk.figures import NOTHING, ModelFigures, SessionTotals, added_up
from agent_console.sdk.messages import (
    SYNTHETIC,
    Began,
    Block,
    Finished,
    Reset,
    Resumed,
    StreamEnd,
    StreamStart,
    TaskChanged,
    Told,
)
from agent_console.sdk.metadata import ResponseMetadata, SessionResponse
from agent_console.sdk.past import OF_THIS_PROCESS, Past
from agent_console.usage.money import usd

BROKE_OFF = "The messages ended without a result."


class Collector:
    """Takes in the messages of one stream or client; gives a response at the end of each turn.

    Args:
        resumed: The session that the stream goes on with, if any.
        past: What is known of sessions.

    Attributes:
        session_id: The session that was heard last.
        cwd, version: As the process said them.
        tasks: What runs behind the turn, by id.
    """

    def __init__(self, resumed: Resumed | None = None, past: Past = OF_THIS_PROCESS) -> None:
        self.session_id: str | None = None
        self.cwd: str | None = None
        self.version: str | None = None
        self.tasks: set[str] = set()
        self._resumed = resumed
        self._past = past
        self._counters: dict[str, SessionTotals | None] = {}
        self._finished: set[str] = set()
        self._blocks: dict[str, Block] = {}
        self._streams: dict[str, str | None] = {}
        self._model: str | None = None
        self._begin()

    def _begin(self) -> None:
        self._texts: list[str] = []
        self._blocks.clear()
        self._used: dict[str, ModelFigures] = {}
        self._used_nano_usd = 0
        self._api_ms = 0
        self._duration_ms = 0
        self._turns = 0
        self._is_estimated = False
        self._last: Finished | None = None
        self._failure: str | None = None
        self._block_error: str | None = None

    # ---- while it streams ------------------------------------------------------------------

    def take(self, told: Told | None) -> Block | None:
        """Take in what the next message says; the response of which more is known by it."""
        match told:
            case None:
                pass
            case Began():
                self._in_session(told.session_id)
                self.cwd = told.cwd or self.cwd
                self.version = told.version or self.version
                self._model = self._model or told.model
            case Block():
                return self._take_block(told)
            case StreamStart():
                self._streams[told.stream] = told.block.message_id
                return self._take_block(told.block)
            case StreamEnd():
                return self._take_end(told)
            case Finished():
                self._finish(told)
            case Reset():
                self.session_id = None
            case TaskChanged():
                (self.tasks.add if told.runs else self.tasks.discard)(told.task_id)
        return None

    def fail(self, error: str) -> None:
        """The stream broke with an exception. What the result had said before stands."""
        self._failure = self._failure or error

    def _in_session(self, session_id: str | None) -> None:
        self.session_id = self.session_id if session_id is None else session_id
        # Asked now: by the end of the turn another collector may have heard the same result.
        if self.session_id is not None and self.session_id not in self._counters:
            self._counters[self.session_id] = self._known(self.session_id)

    def _take_block(self, block: Block) -> Block | None:
        self._in_session(block.session_id)
        if block.model == SYNTHETIC or block.error:
            self._block_error = block.text or block.error
            return None
        if not block.in_subagent:
            self._model = block.model or self._model
            if block.text:
                self._texts.append(block.text)
        if block.message_id is None:
            return None
        known = self._blocks.get(block.message_id)
        if known is None or block.figures.tokens > known.figures.tokens:
            self._blocks[block.message_id] = block
        return self._blocks[block.message_id]

    def _take_end(self, told: StreamEnd) -> Block | None:
        block = self._blocks.get(self._streams.get(told.stream) or "")
        if block is None or block.message_id is None:
            return None
        grown = self._blocks[block.message_id] = with_end(block, told.figures)
        return grown

    # ---- at the end of a turn --------------------------------------------------------------

    def _finish(self, finished: Finished) -> None:
        self._in_session(finished.session_id)
        if self.session_id is None:
            self._in_session("")
        self._last = finished
        self._duration_ms += finished.duration_ms
        self._turns += finished.turns
        used = self._used_in_turn(finished)
        for model, figures in used.models.items():
            self._used[model] = self._used.get(model, NOTHING).plus(figures)
        self._used_nano_usd += used.cost_nano_usd
        self._api_ms += used.duration_api_ms

    def _used_in_turn(self, finished: Finished) -> SessionTotals:
        totals = finished.totals
        if totals is None:
            self._is_estimated = True
            return self._of_turn(finished)
        session_id = self.session_id or ""
        before = self._counters[session_id]
        is_first = session_id not in self._finished
        self._finished.add(session_id)
        if before is None:
            self._is_estimated = True
            used = self._share_of_turn(finished, totals)
            now = totals
        elif is_first and totals.has_begun_anew(before):
            used = now = totals
        else:
            used = totals.beyond(before)
            now = totals.at_least(before)
        self._counters[session_id] = now
        self._past.remember(session_id, now)
        if not totals.models and (turn := self._of_turn(finished)).models:
            self._is_estimated = True
            return SessionTotals(turn.models, used.cost_nano_usd, used.duration_api_ms)
        return used

    def _known(self, session_id: str) -> SessionTotals | None:
        """What the totals of a session stand at when it is first heard of; null when unknown."""
        known = self._past.totals(session_id)
        if known is not None:
            return known
        if self._resumed is None or self._counters:
            return SessionTotals()
        return self._past.totals(self._resumed.session_id or "")

    def _of_turn(self, finished: Finished) -> SessionTotals:
        """The turn without totals: what it says of itself, else what its messages had said."""
        models: dict[str, ModelFigures] = {}
        if finished.turn is not None and finished.turn.tokens:
            models[self._model or ""] = finished.turn
        else:
            models = self._of_messages()
        return SessionTotals(models, 0, finished.duration_api_ms)

    def _of_messages(self) -> dict[str, ModelFigures]:
        models: dict[str, ModelFigures] = {}
        for block in self._blocks.values():
            model = block.model or ""
            models[model] = models.get(model, NOTHING).plus(block.figures)
        return models

    def _share_of_turn(self, finished: Finished, totals: SessionTotals) -> SessionTotals:
        turn = self._of_turn(finished)
        cost = 0
        by_name: dict[str, ModelFigures] = {}
        for model, figures in totals.models.items():
            name = bare_name(model)
            by_name[name] = by_name.get(name, NOTHING).plus(figures)
        for model, figures in turn.models.items():
            session = by_name.get(bare_name(model))
            if session is not None and (whole := _weight(session)):
                cost += round(session.cost_nano_usd * min(1.0, _weight(figures) / whole))
        api_ms = min(finished.duration_ms, totals.duration_api_ms)
        return SessionTotals(turn.models, cost, api_ms)

    # ---- the response ----------------------------------------------------------------------

    def response(self, at: datetime) -> SessionResponse:
        """What was collected since the last response; afterwards it begins with the next one.

        Args:
            at: When it was complete, with a zone.
        """
        last = self._last
        models = self._used
        if last is None:
            models = self._of_messages()
            self._is_estimated = True
        total = added_up(models)
        session = self._counters.get(self.session_id or "")
        metadata = ResponseMetadata(
            session_id=self.session_id or None,
            total_cost_usd=usd(self._used_nano_usd),
            session_cost_usd=0.0 if session is None else usd(session.cost_nano_usd),
            duration_ms=self._duration_ms,
            duration_api_ms=self._api_ms,
            input_tokens=total.input_tokens,
            output_tokens=total.output_tokens,
            cache_creation_tokens=total.cache_creation_tokens,
            cache_read_tokens=total.cache_read_tokens,
            turns_used=self._turns,
            model=self._model,
            models=models,
            timestamp=at,
            is_estimated=self._is_estimated,
        )
        error = None if last is None else last.error
        if last is None or error is None:
            error = self._failure
        if last is None and error is None:
            error = self._block_error or BROKE_OFF
        content = "" if last is None else last.text
        if content == error:  # what the API said is no answer
            content = ""
        response = SessionResponse(
            content=content or "\n\n".join(self._texts),
            metadata=metadata,
            error=error,
            structured_output=None if last is None else last.structured_output,
        )
        self._begin()
        return response


def with_end(block: Block, figures: ModelFigures) -> Block:
    """A response whose final figures have come."""
    return Block(
        block.message_id,
        block.model,
        block.session_id,
        block.figures.at_least(figures),
        block.text,
        is_final=True,
        in_subagent=block.in_subagent,
        error=block.error,
    )


def _weight(figures: ModelFigures) -> float:
    """What tokens cost beside each other: input 1, output 5, cache writes 1.25 and 2, reads 0.1.

    So Anthropic publishes it for most models; where it is otherwise the share is less exact.
    """
    hour = figures.cache_creation_1h_tokens
    return (
        figures.input_tokens
        + 5 * figures.output_tokens
        + 1.25 * (figures.cache_creation_tokens - hour)
        + 2 * hour
        + 0.1 * figures.cache_read_tokens
    )
