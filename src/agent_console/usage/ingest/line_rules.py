"""What each line of a transcript adds to what is known of it.

Rule: lines come in the order of the file, and what was found so far is all that one depends on, so
that reading may stop after any line and go on later.
"""

from agent_console.claude_code.transcript_bulk import (
    LONG_LINE_BYTES,
    PARENT_BYTES,
    is_bulk,
    is_next_result,
    result_beginning,
)
from agent_console.claude_code.transcript_line import (
    NOT_DECODED,
    BadReason,
    TranscriptLine,
    decode_line,
    read_line,
)
from agent_console.claude_code.transcript_person import is_a_persons, may_be_a_persons
from agent_console.claude_code.transcript_response import Response, copied_from, told_response
from agent_console.claude_code.transcript_session import (
    COST_STATE,
    TITLE_RANKS,
    model_totals,
    title,
)
from agent_console.claude_code.transcript_time import timestamp_ms
from agent_console.usage.ingest.line_buffer import Lines
from agent_console.usage.ingest.told_responses import ToldResponses
from agent_console.usage.money import told_nano_usd
from agent_console.usage.tables.file_reading import SourceState, ToldCostState


class LineRules:
    """Takes lines in; its attributes are those of FileReading and SourceState.

    Args:
        before: What was known of the file up to where reading begins.
        name: Of the file, without its ending: names responses that nothing else names.
        responses: Where responses go.
        at_ms: The time of lines before the first that has one.
    """

    def __init__(
        self, before: SourceState, name: str, responses: ToldResponses, at_ms: int
    ) -> None:
        self.session_id = before.session_id
        self.first_line_ms = before.first_line_ms
        self.last_line_ms = before.last_line_ms
        self.lines = before.lines
        self.user_messages = before.user_messages
        self.api_errors = before.api_errors
        self.cost_states = before.cost_states
        self.bad_reasons = dict(before.bad_reasons)
        self.told_cost_states: list[ToldCostState] = []
        self.title: tuple[str, int] | None = None
        self.forked_from: str | None = None
        self.forked_at_ms: int | None = None
        self.inherits_cost = False
        self._name = name
        self._is_replay = name.startswith(_REPLAYS)
        self._responses = responses
        self._at_ms = at_ms
        self._times: list[str | int] = []
        self._buffer = bytearray()
        self._result_beginning = _NO_BEGINNING

    def take(self, lines: Lines) -> None:
        """Take in whole lines."""
        text = lines.text
        if not text:
            self.lines += 1
            self._bad("too_long")
            return
        self._buffer = buffer = lines.buffer
        find, is_at = buffer.find, buffer.startswith
        note_time = self._times.append
        take_plain = self._responses.take_plain
        taken = 0
        start, end = 0, len(text)
        while start < end:  # what stands in here is done for each line: no call that can be spared
            stop = find(b"\n", start, end)
            if is_at(self._result_beginning, start + PARENT_BYTES, stop):
                is_text = is_next_result(buffer, start, stop, self._result_beginning)
            else:
                is_text = stop - start >= LONG_LINE_BYTES and self._is_bulk(buffer, start, stop)
            if is_text:
                taken += 1
                note_time(start)
                start = stop + 1
                continue
            try:
                line = decode_line(text[start:stop])
            except NOT_DECODED:
                odd_line = self._odd_line(text[start:stop])
                if odd_line is None:
                    start = stop + 1
                    continue
                line = odd_line
            taken += 1
            timestamp = line.timestamp
            if timestamp:
                note_time(timestamp)
                if self.first_line_ms is None:
                    self.first_line_ms = timestamp_ms(timestamp)
            message = line.message
            if (
                line.data is not None
                if message is None
                else not take_plain(line, message, self.session_id)
            ):
                response = told_response(line)
                if response is not None:
                    self._response(line, response, lines.offset + start)
            kind = line.type
            if kind == "user":
                self._of_user(line, buffer, start, stop)
            elif kind != "assistant" and kind in _RARE:
                self._rare(kind, bytes(text[start:stop]))
            start = stop + 1
        self.lines += taken
        self._settle_time()

    def _is_bulk(self, buffer: bytearray, start: int, stop: int) -> bool:
        """Whether a long line is bulk; the first line with a time is always looked at."""
        if self.first_line_ms is None or not is_bulk(buffer, start, stop):
            return False
        self._remember_result(buffer, start, stop)
        return True

    def _remember_result(self, buffer: bytearray, start: int, stop: int) -> bool:
        """Whether the line is the result of a tool; how it begins is how the next one will."""
        beginning = result_beginning(buffer, start, stop)
        if beginning is not None and self.first_line_ms is not None:
            self._result_beginning = beginning
        return beginning is not None

    def _odd_line(self, text: memoryview) -> TranscriptLine | None:
        """What can be read of a line that the quick decoder refuses; null: it is counted as bad."""
        line = read_line(text)
        if not isinstance(line, str):
            return line
        if bytes(text).strip():
            self.lines += 1
            self._bad(line)
        return None

    def _bad(self, reason: BadReason) -> None:
        self.bad_reasons[reason] = self.bad_reasons.get(reason, 0) + 1

    def _settle_time(self) -> None:
        """Find the last line that has a time; most lines are not the last and need no reading."""
        while self._times:
            time = self._times.pop()
            if isinstance(time, int):
                stop = self._buffer.find(b"\n", time)
                line = read_line(memoryview(self._buffer)[time:stop])
                time = "" if isinstance(line, str) else line.timestamp or ""
            at_ms = timestamp_ms(time)
            if at_ms is not None:
                self.last_line_ms = at_ms
                self._times.clear()

    def _now(self) -> int:
        """The time of what has none of its own."""
        self._settle_time()
        return self.last_line_ms if self.last_line_ms is not None else self._at_ms

    def _response(self, line: TranscriptLine, response: Response, offset: int) -> None:
        if not self.session_id and line.session_id:
            self.session_id = line.session_id
        session_id = self.session_id or self._name
        origin = copied_from(line, session_id)
        if origin is not None:
            self._copied(line, origin)
        if response.is_error:
            self.api_errors += origin is None and not self._is_replay
            return
        at_ms = timestamp_ms(response.timestamp)
        self._responses.add(
            response.id or f"{session_id}/{self._name}:{offset}",
            line,
            response,
            origin,
            at_ms if at_ms is not None else self._now(),
        )

    def _copied(self, line: TranscriptLine, origin: str) -> None:
        """Remember where the file was forked; a person's lines above were copied with it."""
        marked = line.forked_from and line.forked_from.session_id
        self.inherits_cost = not marked
        self.forked_from = marked or origin
        self.forked_at_ms = self._now()
        self.user_messages = 0

    def _of_user(self, line: TranscriptLine, buffer: bytearray, start: int, stop: int) -> None:
        if (
            not self._remember_result(buffer, start, stop)
            and may_be_a_persons(line)
            and is_a_persons(memoryview(buffer)[start:stop])
            and copied_from(line, self.session_id) is None
        ):
            self.user_messages += 1

    def _rare(self, kind: str, text: bytes) -> None:
        rank = TITLE_RANKS.get(kind)
        if rank is not None:
            name = title(text, rank)
            if name is not None and (self.title is None or self.title[1] <= rank):
                self.title = name, rank
            return
        self.cost_states += 1
        at_ms = self._now()
        for total in model_totals(text):
            tokens = total.tokens
            self.told_cost_states.append(
                ToldCostState(
                    self.cost_states,
                    at_ms,
                    total.model,
                    tokens.input_tokens,
                    tokens.output_tokens,
                    tokens.cache_write_5m_tokens,
                    tokens.cache_write_1h_tokens,
                    tokens.cache_read_tokens,
                    total.web_searches,
                    told_nano_usd(total.cost_usd),
                )
            )


_RARE = {COST_STATE, *TITLE_RANKS}
_NO_BEGINNING = b"\n"
"""No line holds it."""
_REPLAYS = ("agent-acompact-", "agent-aside_question-")
"""Transcripts that begin with the conversation so far: an error in one is the conversation's."""
