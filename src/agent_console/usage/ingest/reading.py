"""Reads on in a transcript, from where the last reading ended.

Rule: nothing here raises for what a file is or does; it is a FileReading or an UnreadableFile. A
reading ends early rather than grow: the caller reads on from its `after` until it is complete.
"""

import os
from collections.abc import Iterator
from io import FileIO

import msgspec
from msgspec.structs import replace

from agent_console.claude_code.json_shape import as_object
from agent_console.usage.ingest.file_prints import has_changed_in_place, has_grown_from, prints
from agent_console.usage.ingest.line_buffer import LineBuffer
from agent_console.usage.ingest.line_rules import LineRules
from agent_console.usage.ingest.told_responses import ToldResponses
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile, unreadable
from agent_console.usage.tables.file_reading import FileReading, SourceState

READING_BYTES = 32 * 1024 * 1024
READING_RESPONSES = 20_000
"""Where a reading ends early: it becomes one transaction, and crosses a pipe in one piece."""


class TranscriptReader:
    """Reads any number of transcripts, one at a time, with one buffer."""

    def __init__(
        self,
        buffer: LineBuffer | None = None,
        *,
        reading_bytes: int = READING_BYTES,
        reading_responses: int = READING_RESPONSES,
    ) -> None:
        self._buffer = buffer or LineBuffer()
        self._reading_bytes = reading_bytes
        self._reading_responses = reading_responses

    def readings(
        self, file: TranscriptFile, known: SourceState | None, *, from_start: bool = False
    ) -> Iterator[FileReading | UnreadableFile]:
        """Everything that the file has beyond what is known of it, in as many readings as needed.

        Args:
            file: Which one.
            known: How far it was read; null: never.
            from_start: Read it from its beginning, whatever is known.
        """
        while True:
            reading = self.read_on(file, known, from_start=from_start)
            yield reading
            if isinstance(reading, UnreadableFile) or reading.is_complete:
                return
            known, from_start = reading.after, False

    def read_on(
        self, file: TranscriptFile, known: SourceState | None, *, from_start: bool = False
    ) -> FileReading | UnreadableFile:
        """The next of these readings."""
        try:
            with FileIO(file.path) as opened:
                return self._read(opened, file, known, from_start=from_start)
        except OSError as error:
            return unreadable(file.path, error)

    def _read(
        self, opened: FileIO, file: TranscriptFile, known: SourceState | None, *, from_start: bool
    ) -> FileReading:
        descriptor = opened.fileno()
        stat = os.fstat(descriptor)
        start = SourceState(file.path, file.session_id, stat.st_dev, stat.st_ino)
        if known is None or from_start or not _goes_on(descriptor, stat, known):
            from_start = True
        else:
            start = known if not file.session_id else replace(known, session_id=file.session_id)
        name = os.path.basename(file.path).removesuffix(".jsonl")
        responses = ToldResponses(
            name.removeprefix("agent-") if file.is_subagent else "",
            _agent_type(file) if file.is_subagent else "",
            is_subagent=file.is_subagent,
        )
        rules = LineRules(start, name, responses, stat.st_mtime_ns // 1_000_000)
        offset, is_complete = start.offset_bytes, True
        for lines in self._buffer.lines(opened, offset):
            rules.take(lines)
            offset = lines.end
            if (
                offset - start.offset_bytes >= self._reading_bytes
                or len(responses) >= self._reading_responses
            ):
                is_complete = False
                break
        session_id = rules.session_id or (name if len(responses) else "")
        head_hash, tail_hash = prints(descriptor, offset)
        after = SourceState(
            file.path,
            session_id,
            stat.st_dev,
            stat.st_ino,
            offset,
            stat.st_mtime_ns if is_complete else 0,
            stat.st_size if is_complete else offset,
            head_hash,
            tail_hash,
            rules.first_line_ms,
            rules.last_line_ms,
            rules.lines,
            rules.user_messages,
            rules.api_errors,
            rules.cost_states,
            rules.bad_reasons,
        )
        return FileReading(
            known,
            after,
            from_start,
            *responses.told(),
            rules.told_cost_states,
            rules.title,
            rules.forked_from,
            rules.forked_at_ms,
            rules.inherits_cost,
            is_complete,
        )


def _goes_on(descriptor: int, stat: os.stat_result, known: SourceState) -> bool:
    """The file holds what was read of it, and perhaps more."""
    return not has_changed_in_place(stat.st_size, stat.st_mtime_ns, known) and has_grown_from(
        descriptor, stat.st_size, known
    )


def _agent_type(file: TranscriptFile) -> str:
    """What the file beside a subagent's transcript calls its type."""
    try:
        with FileIO(file.path.removesuffix(".jsonl") + ".meta.json") as opened:
            about = as_object(msgspec.json.decode(opened.read(64 * 1024)))
    except (OSError, msgspec.MsgspecError, RecursionError):
        return ""
    kind = about.get("agentType")
    return kind if isinstance(kind, str) else ""
