"""Claude Code's statusLine payload: the fields we use.

Rule: `cost.total_cost_usd` is Claude Code's own gauge of a session, to show and never to add up.
Observed with Claude Code 2.1.329; `rate_limits` as documented.
"""

import msgspec
from msgspec import Raw, Struct

from agent_console.claude_code.hook_event import Id, Path
from agent_console.claude_code.lenient import decode_leniently
from agent_console.model.session import SessionId


class ModelField(Struct, frozen=True, gc=False):
    """`model`."""

    id: Id | None = None
    display_name: str | None = None


class CostField(Struct, frozen=True, gc=False):
    """`cost`."""

    total_cost_usd: float = 0.0


class ContextWindowField(Struct, frozen=True, gc=False):
    """`context_window`."""

    used_percentage: float | None = None


class RateLimitField(Struct, frozen=True, gc=False):
    """One of `rate_limits`; `resets_at` is in epoch seconds."""

    used_percentage: float | None = None
    resets_at: float | None = None


class RateLimitsField(Struct, frozen=True, gc=False):
    """`rate_limits`, sent to subscribers of a plan only."""

    five_hour: RateLimitField | None = None
    seven_day: RateLimitField | None = None


class StatusLineEvent(Struct, frozen=True, gc=False):
    """What we read of a payload."""

    session_id: SessionId | None = None
    transcript_path: Path | None = None
    session_name: str | None = None
    model: ModelField | None = None
    cost: CostField | None = None
    context_window: ContextWindowField | None = None
    rate_limits: RateLimitsField | None = None


_decoder = msgspec.json.Decoder(StatusLineEvent)


def read_statusline_event(payload: bytes | Raw) -> StatusLineEvent | None:
    """A payload's fields; null when it is no JSON object."""
    return decode_leniently(payload, _decoder, StatusLineEvent)
