"""What a program gets for each query: the answer, and what it took.

Rule: the figures of a response are its own. What the session has used before it, in this process
or another, is in `session_cost_usd` and in the totals, never in them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Self

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from agent_console.sdk.figures import ModelFigures


class ResponseMetadata(Struct, kw_only=True):
    """What a response took.

    It reads and writes like the dict that it may once have been: `metadata["model"]`,
    `metadata.get("task")`, `metadata["task"] = "review"`, `"task" in metadata`, `dict(metadata)`.
    Keys of your own are kept in `extra`.

    Attributes:
        session_id: Claude Code's; null when nothing told it.
        total_cost_usd: What the response cost with its subagents, US dollars, as Claude Code
            reckons it.
        session_cost_usd: What the session has cost so far, with the past that it was resumed from.
        duration_ms, duration_api_ms: From the prompt to the end; what requests to the model took.
        input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens: Of all models.
        turns_used: As Claude Code counts them.
        model: The one that answered the person.
        models: What each model was used for.
        timestamp: When the response was complete, with its zone (UTC).
        is_estimated: There were no totals to take a difference of (the stream broke off, or the
            past of a resumed session is not known), so the figures are a lower bound.
    """

    session_id: str | None = None
    total_cost_usd: float = 0.0
    session_cost_usd: float = 0.0
    duration_ms: int = 0
    duration_api_ms: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_tokens: int = 0
    cache_read_tokens: int = 0
    turns_used: int = 0
    model: str | None = None
    models: dict[str, ModelFigures] = {}
    timestamp: datetime | None = None
    is_estimated: bool = False
    extra: dict[str, Any] = {}

    @property
    def total_tokens(self) -> int:
        """Input, output, cache writes and cache reads."""
        return (
            self.input_tokens
            + self.output_tokens
            + self.cache_creation_tokens
            + self.cache_read_tokens
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values for `json.dumps`; keys of your own stand beside ours."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {**plain.pop("extra"), **plain}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The same from such a dict; keys that are none of ours are kept in `extra`.

        Raises:
            msgspec.ValidationError: A value is of the wrong type.
        """
        ours = {key: value for key, value in values.items() if key in _NAMES}
        extra = {key: value for key, value in values.items() if key not in _NAMES}
        ours["extra"] = {**ours.get("extra", {}), **extra}
        return msgspec.convert(ours, cls)

    def __getitem__(self, key: str) -> Any:
        if key in _NAMES:
            return getattr(self, key)
        return self.extra[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if key in _NAMES:
            setattr(self, key, value)
        else:
            self.extra[key] = value

    def __delitem__(self, key: str) -> None:
        del self.extra[key]

    def __contains__(self, key: object) -> bool:
        return key in _NAMES or key in self.extra

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def keys(self) -> list[str]:
        """Our names, then yours."""
        return [*(name for name in _NAMES if name != "extra"), *self.extra]

    def values(self) -> list[Any]:
        """In the order of `keys`."""
        return [self[key] for key in self.keys()]

    def items(self) -> list[tuple[str, Any]]:
        """In the order of `keys`."""
        return [(key, self[key]) for key in self.keys()]

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or `default` where there is none."""
        return self[key] if key in self else default  # noqa: SIM401 - this is that `get`

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value, which is `default` from now on where there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, values: Mapping[str, Any] = {}, /, **more: Any) -> None:
        """Set many."""
        for key, value in {**values, **more}.items():
            self[key] = value


_NAMES: dict[str, None] = dict.fromkeys(field.name for field in fields(ResponseMetadata))


class SessionResponse(Struct, kw_only=True):
    """An answer, what it took, and what went wrong.

    Attributes:
        content: The answer's text.
        metadata: What it took, also when it failed.
        error: Null, or why it is no success: what the API said, `interrupted`, the reason for
            which Claude Code ended, or that the stream broke off.
        structured_output: What `output_format` asked for.
    """

    content: str = ""
    metadata: ResponseMetadata = msgspec.field(default_factory=ResponseMetadata)
    error: str | None = None
    structured_output: Any = None

    @property
    def success(self) -> bool:
        """There is an answer, and nothing went wrong."""
        return self.error is None and bool(self.content)

    @property
    def session_id(self) -> str | None:
        """The session to resume."""
        return self.metadata.session_id

    @property
    def cost(self) -> float:
        """What it cost, US dollars."""
        return self.metadata.total_cost_usd

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values for `json.dumps`."""
        return {
            "content": self.content,
            "metadata": self.metadata.to_dict(),
            "error": self.error,
            "structured_output": self.structured_output,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The same from such a dict.

        Raises:
            msgspec.ValidationError: A value is of the wrong type.
        """
        metadata = ResponseMetadata.from_dict(values.get("metadata") or {})
        return msgspec.convert({**values, "metadata": metadata}, cls)
