"""The person's zone, as offsets from UTC in quarters of an hour, in Python and in SQL.

Rule: the local time of a quarter is `quarter + offset`, everywhere. Queries and filters both take
the offset from here, so a day's row and a filter on that day mean the same quarters.

The system's zone is read through `time.localtime`, which knows its changes of the clock and needs
no import; a named one through zoneinfo.
"""

import time

from agent_console.usage.periods import DAY_QUARTERS, HOUR_QUARTERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo

QUARTER_SECONDS = 900
_STEP = 4 * DAY_QUARTERS
"""No zone changes its clock twice within four days."""

_LAST = 4_102_444_800 // QUARTER_SECONDS
"""2100: nobody knows the changes after that."""


class Zone:
    """A time zone.

    Args:
        name: A name of the zone database, or nothing for the system's zone.

    Raises:
        ValueError: There is no such zone.
    """

    __slots__ = ("info", "name")

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.info: tzinfo | None = None
        if name:
            from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - when named

            try:
                self.info = ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(
                    f'there is no time zone "{name}"; write it as in `Europe/Berlin` or `UTC`'
                ) from None

    def offset(self, quarter: int) -> int:
        """How far local time is ahead of UTC, in quarters of an hour."""
        seconds = min(max(quarter, 0), _LAST) * QUARTER_SECONDS
        if self.info is None:
            return round(time.localtime(seconds).tm_gmtoff / QUARTER_SECONDS)
        from datetime import datetime  # noqa: PLC0415 - when named

        ahead = datetime.fromtimestamp(seconds, self.info).utcoffset()
        return 0 if ahead is None else round(ahead.total_seconds() / QUARTER_SECONDS)

    def day(self, quarter: int) -> int:
        """The local day, counted from 1970-01-01."""
        return (quarter + self.offset(quarter)) // DAY_QUARTERS

    def day_start(self, day: int) -> int:
        """The first quarter of a local day; the change of the clock when it skips midnight."""
        midnight = day * DAY_QUARTERS
        around = {self.offset(midnight + days * DAY_QUARTERS) for days in (-2, 0, 2)}
        candidates = sorted(midnight - offset for offset in around)
        for candidate in candidates:
            if candidate + self.offset(candidate) >= midnight:
                return candidate
        return candidates[-1]

    def offsets(self, first: int, last: int) -> list[tuple[int, int]]:
        """The offset at `first`, and each later one up to `last` with the quarter it begins at."""
        found = [(first, self.offset(first))]
        last = min(last, _LAST)
        at = first
        while at < last:
            following = min(at + _STEP, last)
            if self.offset(following) != found[-1][1]:
                before, after = at, following
                while after - before > 1:
                    middle = (before + after) // 2
                    if self.offset(middle) == found[-1][1]:
                        before = middle
                    else:
                        after = middle
                found.append((after, self.offset(after)))
            at = following
        return found

    def midnights(self, first: int, last: int) -> list[int]:
        """The quarters of all local midnights from first to last, by each offset in its time."""
        offsets = self.offsets(first, last)
        found: list[int] = []
        for (begins, offset), (ends, _) in zip(offsets, [*offsets[1:], (last + 1, 0)], strict=True):
            found += range(begins + -(begins + offset) % DAY_QUARTERS, ends, DAY_QUARTERS)
        return found

    def offset_sql(self, first: int, last: int) -> str:
        """An expression for the offset of column `quarter`, right for those of first to last."""
        (_, at_first), *changes = self.offsets(first, last)
        return _latest(changes, at_first)

    def hour_sql(self, first: int, last: int) -> str:
        """An expression for the quarter in which the local hour of column `quarter` begins.

        An hour in which the clock is changed ends there, and what follows is one of its own.
        """
        (_, at_first), *changes = self.offsets(first, last)
        offset = _latest(changes, at_first)
        hour = f"(quarter + {offset}) / {HOUR_QUARTERS} * {HOUR_QUARTERS} - {offset}"
        amid = [(begins, begins) for begins, ahead in changes if (begins + ahead) % HOUR_QUARTERS]
        return f"max({hour}, {_latest(amid, 0)})" if amid else hour


def _latest(changes: list[tuple[int, int]], before: int) -> str:
    """An expression for what the latest change until column `quarter` brought."""
    cases = "".join(f" WHEN quarter >= {begins} THEN {now}" for begins, now in reversed(changes))
    return f"(CASE{cases} ELSE {before} END)" if cases else f"({before})"
