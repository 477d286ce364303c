"""The border to claude-agent-sdk: what its messages say, as values of our own.

Rule 1: nobody else looks into a message of the package. Every field may be missing or of another
        type, in any version; what cannot be read is not told.
Rule 2: messages are known by the name of their class, so that nothing here imports the package,
        and recorded or hand-made messages work as well.

Observed with claude-agent-sdk 0.2.184 and Claude Code 2.1.329.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from msgspec import Struct

from agent_console.sdk.figures import ModelFigures, SessionTotals
from agent_console.usage.money import nano_usd

SYNTHETIC = "<synthetic>"
"""The model of what Claude Code writes itself, in the place of an answer: an error."""

_MOST_TOKENS = 10**12
_MOST_USD = 1_000_000
_TERMINAL = {"completed", "failed", "stopped", "killed", "cancelled"}


class Resumed(Struct, frozen=True):
    """Messages go on with a session that has a past.

    Attributes:
        session_id: Whose past it is; null when only Claude Code knows (`continue_conversation`).
        forks: Under an id of its own.
    """

    session_id: str | None = None
    forks: bool = False


class Began(Struct, frozen=True):
    """A process says which session it runs: a `SystemMessage` of the subtype `init`."""

    session_id: str | None
    cwd: str | None
    model: str | None
    version: str | None


class Block(Struct, frozen=True):
    """One content block of a response; each of them repeats the response's `figures`.

    Attributes:
        message_id: Identity of the API response.
        figures: Tokens as far as they are known. At a block they are those of the message's
            start (one output token), so they are never to be added up.
        is_final: These are the final figures.
        text: What a reader sees of it.
        in_subagent: A subagent was answered, not the person.
        error: What Claude Code says went wrong.
    """

    message_id: str | None
    model: str | None
    session_id: str | None
    figures: ModelFigures
    text: str = ""
    is_final: bool = False
    in_subagent: bool = False
    error: str | None = None


class StreamStart(Struct, frozen=True):
    """A partial message begins: what follows on this stream belongs to it."""

    stream: str
    block: Block


class StreamEnd(Struct, frozen=True):
    """The final figures of the message that began last on this stream."""

    stream: str
    figures: ModelFigures


class Finished(Struct, frozen=True):
    """The end of a turn: a `ResultMessage`.

    Attributes:
        totals: Null when it tells none.
        turn: The turn's own figures: its main loop, without subagents; null when not told.
        error: Why it was no success.
        is_interrupt: Somebody interrupted it.
    """

    session_id: str | None
    totals: SessionTotals | None
    turn: ModelFigures | None
    duration_ms: int
    duration_api_ms: int
    turns: int
    text: str
    structured_output: Any
    error: str | None
    is_interrupt: bool


class Reset(Struct, frozen=True):
    """The conversation was replaced: counters begin anew under another session id."""

    session_id: str | None


class TaskChanged(Struct, frozen=True):
    """Something that runs behind the turn has begun or ended."""

    task_id: str
    runs: bool


Told: TypeAlias = Began | Block | StreamStart | StreamEnd | Finished | Reset | TaskChanged


def told(message: object) -> Told | None:
    """What a message says; null when it says nothing of sessions, answers or usage."""
    names = {kind.__name__ for kind in type(message).__mro__}
    if "AssistantMessage" in names:
        return _block(message)
    if "ResultMessage" in names:
        return _finished(message)
    if "StreamEvent" in names:
        return _stream_event(message)
    if names & {"TaskStartedMessage", "TaskNotificationMessage", "TaskUpdatedMessage"}:
        return _task(message, started="TaskStartedMessage" in names)
    if "ConversationResetMessage" in names:
        return Reset(_text(_field(message, "session_id")))
    if "SystemMessage" in names and _field(message, "subtype") == "init":
        data = _mapping(_field(message, "data"))
        return Began(
            _text(data.get("session_id")),
            _text(data.get("cwd")),
            _text(data.get("model")),
            _text(data.get("claude_code_version")),
        )
    return None


def resumed_by(options: object) -> Resumed | None:
    """The session that `ClaudeAgentOptions` go on with; null when they begin a new one."""
    resume = _text(_field(options, "resume"))
    if resume is None and _field(options, "continue_conversation") is not True:
        return None
    return Resumed(resume, forks=_field(options, "fork_session") is True)


def is_sdk_error(error: Exception) -> bool:
    """The package says that Claude Code failed; in some versions with a bare `Exception`."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return "ClaudeSDKError" in names or type(error) is Exception


def stays_open(messages: object) -> bool:
    """The messages are those of a client, whose session goes on when they end."""
    name = getattr(messages, "__qualname__", "")
    return isinstance(name, str) and name.startswith("ClaudeSDKClient.")


def _block(message: object) -> Block:
    content = _field(message, "content")
    texts = [
        _text(_field(block, "text")) or ""
        for block in (cast("list[object]", content) if isinstance(content, list) else [])
        if type(block).__name__ == "TextBlock"
    ]
    return Block(
        _text(_field(message, "message_id")),
        _text(_field(message, "model")),
        _text(_field(message, "session_id")),
        _usage(_field(message, "usage")),
        "".join(texts),
        # A placeholder has no end to wait for; a real one tells its end elsewhere.
        is_final=_field(message, "stop_reason") is not None,
        in_subagent=_field(message, "parent_tool_use_id") is not None,
        error=_text(_field(message, "error")),
    )


def _stream_event(message: object) -> StreamStart | StreamEnd | None:
    event = _mapping(_field(message, "event"))
    parent = _text(_field(message, "parent_tool_use_id"))
    if event.get("type") == "message_start":
        begun = _mapping(event.get("message"))
        block = Block(
            _text(begun.get("id")),
            _text(begun.get("model")),
            _text(_field(message, "session_id")),
            _usage(begun.get("usage")),
            in_subagent=parent is not None,
        )
        return StreamStart(parent or "", block)
    if event.get("type") == "message_delta" and event.get("usage") is not None:
        return StreamEnd(parent or "", _usage(event.get("usage")))
    return None


def _finished(message: object) -> Finished:
    reason = _text(_field(message, "terminal_reason")) or ""
    is_interrupt = reason.startswith("aborted")
    text = _text(_field(message, "result")) or ""
    usage = _field(message, "usage")
    return Finished(
        _text(_field(message, "session_id")),
        _totals(message),
        None if usage is None else _usage(usage),
        _count(_field(message, "duration_ms")),
        _count(_field(message, "duration_api_ms")),
        _count(_field(message, "num_turns")),
        text,
        _field(message, "structured_output"),
        "interrupted" if is_interrupt else _error(message, text),
        is_interrupt,
    )


def _error(message: object, text: str) -> str | None:
    subtype = _text(_field(message, "subtype")) or "success"
    if _field(message, "is_error") is not True and not subtype.startswith("error"):
        return None
    errors = _field(message, "errors")
    said = (
        [each for each in cast("list[object]", errors) if isinstance(each, str)]
        if isinstance(errors, list)
        else []
    )
    if subtype != "success":
        return ": ".join((subtype, "; ".join(said))) if said else subtype
    return text or "; ".join(said) or "failed"


def _totals(message: object) -> SessionTotals | None:
    told_usage = _field(message, "model_usage")
    usage = _mapping(told_usage)
    cost = _field(message, "total_cost_usd")
    if told_usage is None and cost is None:
        return None
    models = {
        model: _model_usage(_mapping(figures))
        for model, figures in usage.items()
        if isinstance(model, str)
    }
    told_cost = _nano_usd(cost)
    if cost is None:
        told_cost = sum(figures.cost_nano_usd for figures in models.values())
    return SessionTotals(models, told_cost, _count(_field(message, "duration_api_ms")))


def _model_usage(usage: Mapping[object, object]) -> ModelFigures:
    written = _count(usage.get("cacheCreationInputTokens"))
    hour = _count(usage.get("cacheCreationEphemeral1hInputTokens"))
    five = _count(usage.get("cacheCreationEphemeral5mInputTokens"))
    return ModelFigures(
        _count(usage.get("inputTokens")),
        _count(usage.get("outputTokens")),
        max(written, five + hour),
        _count(usage.get("cacheReadInputTokens")),
        hour,
        _count(usage.get("webSearchRequests")),
        _nano_usd(usage.get("costUSD")),
    )


def _usage(value: object) -> ModelFigures:
    """A `usage` object of the API."""
    usage = _mapping(value)
    split = _mapping(usage.get("cache_creation"))
    hour = _count(split.get("ephemeral_1h_input_tokens"))
    five = _count(split.get("ephemeral_5m_input_tokens"))
    tools = _mapping(usage.get("server_tool_use"))
    return ModelFigures(
        _count(usage.get("input_tokens")),
        _count(usage.get("output_tokens")),
        max(_count(usage.get("cache_creation_input_tokens")), five + hour),
        _count(usage.get("cache_read_input_tokens")),
        hour,
        _count(tools.get("web_search_requests")),
    )


def _task(message: object, *, started: bool) -> TaskChanged | None:
    task_id = _text(_field(message, "task_id"))
    if task_id is None:
        return None
    if started:
        return TaskChanged(task_id, runs=True)
    status = _field(message, "status")
    return TaskChanged(task_id, runs=False) if status in _TERMINAL else None


def _field(message: object, name: str) -> object:
    return getattr(message, name, None)


def _mapping(value: object) -> Mapping[object, object]:
    return cast("Mapping[object, object]", value) if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int:
    """A count that can be added up; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 < value < _MOST_TOKENS else 0


def _nano_usd(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return nano_usd(float(value)) if 0 < value < _MOST_USD else 0
