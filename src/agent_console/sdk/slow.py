"""Log what takes long, with what it used."""

import logging

from agent_console.model.format import exact_cost, tokens
from agent_console.sdk.metadata import SessionResponse

SLOW_SECONDS = 60.0

_log = logging.getLogger("agent_console.sdk")


def log_if_slow(response: SessionResponse, slow_seconds: float | None = SLOW_SECONDS) -> bool:
    """Whether it took longer than `slow_seconds`; then a warning says so."""
    metadata = response.metadata
    if slow_seconds is None or metadata.duration_ms <= slow_seconds * 1000:
        return False
    _log.warning(
        "Slow: session %s took %.1f s (%.1f s of the model) for %d turns, %s tokens in, %s out, %s",
        metadata.session_id,
        metadata.duration_ms / 1000,
        metadata.duration_api_ms / 1000,
        metadata.turns_used,
        tokens(metadata.total_tokens - metadata.output_tokens),
        tokens(metadata.output_tokens),
        exact_cost(metadata.total_cost_usd),
    )
    return True
