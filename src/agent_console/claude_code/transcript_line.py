"""One line of a transcript: the few fields of it that anything of ours depends on.

Rule: every field may be missing, null or of another type, and then counts as absent; a line is
passed over only when it is no JSON object at all. Text of conversations is never kept.

Seen in transcripts of Claude Code 1.0.17 to 2.1.329. The fields stand in the order in which the
client writes them, because that is how the decoder finds them fastest.
"""

from typing import Literal

import msgspec
from msgspec import Raw, Struct, field

from agent_console.claude_code.transcript_repair import read_damaged

BadReason = Literal["malformed", "not_object", "too_long"]
"""Why a line was passed over."""


class CacheCreation(Struct, gc=False):
    """Tokens written to the prompt cache, by how long they are kept there."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class ServerToolUse(Struct, gc=False):
    """What the API did by itself and bills by the piece."""

    web_search_requests: int | None = None
    web_fetch_requests: int | None = None


class Iteration(Struct, gc=False):
    """One of the model calls that a response was made of.

    Attributes:
        type: `message`, `advisor_message`, `compaction`, `fallback_message`.
        model: An advisor's own.
    """

    type: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None


class Usage(Struct, gc=False):
    """What the API says that a response used."""

    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None
    server_tool_use: ServerToolUse | None = None
    service_tier: str | None = None
    cache_creation: CacheCreation | None = None
    inference_geo: str | None = None
    iterations: list[Iteration] | None = None
    speed: str | None = None


class Message(Struct, gc=False):
    """The API's message in a line."""

    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: Usage | None = None


class EchoedLine(Struct, gc=False):
    """A subagent's line inside its parent's progress report."""

    message: Message | None = None
    uuid: str | None = None
    timestamp: str | None = None


class Progress(Struct, gc=False, rename="camel"):
    """What a `progress` line reports; `agent_progress` holds a subagent's line."""

    type: str | None = None
    message: EchoedLine | None = None
    agent_id: str | None = None


class ForkedFrom(Struct, gc=False, rename="camel"):
    """The line of another session that a line is a copy of (`/branch`)."""

    session_id: str | None = None


class TranscriptLine(Struct, gc=False, rename="camel"):
    """A line of any type.

    Attributes:
        type: `user`, `assistant`, `system`, `progress`, `summary`, `cost-state`, ...
        request_session_id: The session that asked the API; another than the file's on the lines
            that `--fork-session` copied.
        attribution_agent: A subagent's type.
        cost_usd: What the client says that it cost, in lines of Claude Code 1.0.
        tool_use_result: What a tool gave, as it is written; a line with one is no person's.
        data: Of a `progress` line.
    """

    is_sidechain: bool | None = None
    agent_id: str | None = None
    message: Message | None = None
    type: str | None = None
    request_session_id: str | None = None
    attribution_agent: str | None = None
    attribution_skill: str | None = None
    uuid: str | None = None
    timestamp: str | None = None
    is_aborted_mid_stream: bool | None = None
    is_api_error_message: bool | None = None
    entrypoint: str | None = None
    cwd: str | None = None
    session_id: str | None = None
    version: str | None = None
    git_branch: str | None = None
    forked_from: ForkedFrom | None = None
    cost_usd: float | None = field(default=None, name="costUSD")
    is_meta: bool | None = None
    tool_use_result: Raw = Raw()
    data: Progress | None = None


NOT_DECODED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What `decode_line` raises for a line that only `read_damaged` can tell more of."""

decode_line = msgspec.json.Decoder(TranscriptLine).decode
"""The fields of a whole line that has nothing odd."""


def read_line(text: bytes | memoryview) -> TranscriptLine | BadReason:
    """A line, or why it is none. A BOM is stripped and invalid UTF-8 replaced."""
    try:
        return decode_line(text)
    except NOT_DECODED:
        return read_damaged(text, TranscriptLine)
