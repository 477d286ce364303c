"""The time of a transcript's line.

Rule: a time without a zone is UTC, and parts of a millisecond are dropped, so that copies of a line
have the same time whatever wrote them.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def timestamp_ms(text: str | None) -> int | None:
    """Unix milliseconds of an ISO 8601 time; null when it is none, or before 1970."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        at_ms = (moment - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        return None
    return at_ms if at_ms >= 0 else None
