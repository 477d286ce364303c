"""Moments as they stand in the names of files: UTC, sortable, without a colon.

Rule: a name that is given out never changes its form; backups are found again by it.
"""

from datetime import UTC, datetime

_FORM = "%Y%m%dT%H%M%SZ"


def moment_name(at_ms: int) -> str:
    """`20261126T101112Z` for Unix milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime(_FORM)


def day_name(at_ms: int) -> str:
    """`20261126`: the day in UTC."""
    return moment_name(at_ms)[:8]


def moment_ms(name: str) -> int:
    """The Unix milliseconds of a moment's or a day's name.

    Raises:
        ValueError: It is none.
    """
    form = _FORM if "T" in name else "%Y%m%d"
    return int(datetime.strptime(name, form).replace(tzinfo=UTC).timestamp() * 1000)
