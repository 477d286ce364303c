"""The time of a transcript's line.

Rule: a time without a zone is UTC, and parts of a millisecond are dropped, so that copies of a line
have the same time whatever wrote them.
"""

from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 24 * 3600 * 1000


def timestamp_ms(text: str | None) -> int | None:
    """Unix milliseconds of an ISO 8601 time; null when it is none, or before 1970."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        since = moment - _EPOCH
    except (ValueError, OverflowError):
        return None
    at_ms = since.days * _DAY_MS + since.seconds * 1000 + since.microseconds // 1000
    return at_ms if at_ms >= 0 else None
