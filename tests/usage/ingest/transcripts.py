"""Transcripts written for a test."""

import json
from pathlib import Path
from typing import Any

from msgspec import Struct

from agent_console.usage.ingest.discovery import find_transcript
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.rows import Facet, Figures
from agent_console.usage.tables.file_reading import FileReading, SourceState

SESSION = "3702b43f-95c9-4255-888f-4f7da66c5c92"
OTHER = "694768c4-3388-4e00-802c-f7f40f637c85"
NOON_MS = 1_767_268_800_000
"""2026-01-01T12:00:00Z, the time of a line that says nothing else."""


def usage(read: int = 10, written: int = 100, **more: Any) -> dict[str, Any]:
    """Input and output tokens, and what else the API says."""
    return {"input_tokens": read, "output_tokens": written, **more}


def answer(
    id_: str | None = "msg_1",
    used: dict[str, Any] | None = None,
    *,
    model: str | None = "claude-opus-5",
    stop_reason: str | None = "end_turn",
    **more: Any,
) -> dict[str, Any]:
    """An assistant's line."""
    return {
        "parentUuid": None,
        "isSidechain": False,
        "message": {
            "id": id_,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [{"type": "text", "text": "Done."}],
            "stop_reason": stop_reason,
            "usage": usage() if used is None else used,
        },
        "requestId": "req_1",
        "type": "assistant",
        "uuid": "11111111-0000-4000-8000-000000000000",
        "timestamp": "2026-01-01T12:00:00.000Z",
        "entrypoint": "cli",
        "cwd": "/home/user/project",
        "sessionId": SESSION,
        "version": "2.1.329",
        "gitBranch": "main",
    } | more


def echo(id_: str, used: dict[str, Any], agent_id: str = "abc") -> dict[str, Any]:
    """A parent's progress report on a subagent's answer."""
    inner = answer(id_, used)
    return {
        "type": "progress",
        "data": {
            "type": "agent_progress",
            "agentId": agent_id,
            "message": {key: inner[key] for key in ("type", "message", "uuid", "timestamp")},
        },
        "uuid": "22222222-0000-4000-8000-000000000000",
        "timestamp": "2026-01-01T12:00:01.000Z",
        "sessionId": SESSION,
        "cwd": "/home/user/project",
    }


def prompt(content: Any = "Do it.", **more: Any) -> dict[str, Any]:
    """A line of the user's side."""
    return {
        "parentUuid": None,
        "isSidechain": False,
        "type": "user",
        "message": {"role": "user", "content": content},
        "uuid": "33333333-0000-4000-8000-000000000000",
        "timestamp": "2026-01-01T11:59:00.000Z",
        "sessionId": SESSION,
    } | more


def tool_result(text: str = "ok", **more: Any) -> dict[str, Any]:
    """What a tool gave, as the client writes it."""
    block = {"tool_use_id": "toolu_1", "type": "tool_result", "content": text}
    return prompt([block], toolUseResult={"stdout": text}, **more)


def text_of(*lines: dict[str, Any] | bytes) -> bytes:
    """A transcript's bytes, as the client would write them."""
    return b"".join(
        line
        if isinstance(line, bytes)
        else json.dumps(line, separators=(",", ":")).encode() + b"\n"
        for line in lines
    )


def write(path: Path, *lines: dict[str, Any] | bytes) -> TranscriptFile:
    """Write a transcript (anew), and find it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text_of(*lines))
    return found(path)


def append(path: Path, *lines: dict[str, Any] | bytes) -> TranscriptFile:
    """Write more lines, and find it."""
    with path.open("ab") as opened:
        opened.write(text_of(*lines))
    return found(path)


def found(path: Path) -> TranscriptFile:
    """A transcript that is there."""
    file = find_transcript(str(path))
    assert isinstance(file, TranscriptFile)
    return file


def read(
    file: TranscriptFile, known: SourceState | None = None, *, from_start: bool = False
) -> FileReading:
    """One reading of a file that can be read."""
    reading = TranscriptReader().read_on(file, known, from_start=from_start)
    assert not isinstance(reading, UnreadableFile)
    return reading


class Told(Struct, frozen=True):
    """A response with everything that is told of it, whichever part of the reading holds it."""

    session_id: str
    claim: int
    at_ms: int
    agent_id: str
    web_fetches: int
    facet: Facet
    figures: Figures

    def __getattr__(self, name: str) -> Any:
        part = self.facet if name in Facet.__struct_fields__ else self.figures
        return getattr(part, name)


def told(reading: FileReading) -> dict[str, Told]:
    """The responses of a reading by key."""
    responses = {
        response.key: Told(
            reading.session_of(response),
            response.claim,
            response.at_ms,
            response.agent_id,
            response.web_fetches,
            reading.facets[response.facet_at],
            response.figures,
        )
        for response in reading.responses
    }
    assert len(responses) == len(reading.responses)
    return responses


def tokens(response: Told) -> tuple[int, int, int, int]:
    """Input, output, cache write and cache read, as ACCOUNTING writes them."""
    return (
        response.input_tokens,
        response.output_tokens,
        response.cache_write_5m_tokens + response.cache_write_1h_tokens,
        response.cache_read_tokens,
    )


def total(*readings: FileReading) -> tuple[int, int, int, int]:
    """The sums over all responses."""
    each = [tokens(response) for reading in readings for response in told(reading).values()]
    sums = [sum(column) for column in zip(*each, strict=True)] or [0, 0, 0, 0]
    return sums[0], sums[1], sums[2], sums[3]
