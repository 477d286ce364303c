"""Days of the person's zone and 5-hour blocks, in quarters of an hour.

Rule: a quarter is `at_ms // QUARTER_MS`. Offsets of all zones in use are whole quarters and UTC
hours are too, so a sum over quarters is the exact sum over a day or a block.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # a report is made in less time than these take to import
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

QUARTER_MS = 15 * 60 * 1000
HOUR_QUARTERS = 4
BLOCK_QUARTERS = 20
DAY_QUARTERS = 96


def quarter(at_ms: int) -> int:
    """The quarter of an hour that `at_ms` is in."""
    return at_ms // QUARTER_MS


def day(at_ms: int, zone: "tzinfo | None") -> range:
    """The quarters of the local day of `at_ms`: 92 to 100 of them where the clock is changed.

    Args:
        at_ms: Unix milliseconds.
        zone: The person's zone; null for the system's.
    """
    from datetime import datetime, timedelta  # noqa: PLC0415 - reports do without

    local = datetime.fromtimestamp(at_ms // 1000, zone)
    # fold=0: midnight that comes twice is the first one; one that is skipped is the moment of
    # the change. Naive times are read in the system's zone, changes of the clock included.
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    tomorrow = midnight + timedelta(days=1)
    return range(
        quarter(round(midnight.timestamp() * 1000)), quarter(round(tomorrow.timestamp() * 1000))
    )


def newest_block(newest_first: "Iterable[int]") -> int | None:
    """The first quarter of the newest block, or null when there is no message.

    A block begins at the UTC hour of its first message; the first message 5 hours after that
    begins the next. (A pause of 5 hours therefore always ends a block, and nothing before the
    latest such pause is looked at.)

    Args:
        newest_first: The quarters that have messages, each once.
    """
    seen: list[int] = []
    for each in newest_first:
        if seen and seen[-1] - each >= BLOCK_QUARTERS:
            break
        seen.append(each)
    return later_block(None, reversed(seen))


def later_block(start: int | None, oldest_first: "Iterable[int]") -> int | None:
    """The newest block, given one that is known and the quarters with messages since then."""
    for each in oldest_first:
        if start is None or each >= start + BLOCK_QUARTERS:
            start = each - each % HOUR_QUARTERS
    return start


def block_starts(oldest_first: "Iterable[int]") -> "Iterator[tuple[int, int]]":
    """Each of the quarters with the first quarter of its block.

    Exact although it sees quarters only: a block begins at a UTC hour, which begins a quarter, so
    whether a message comes 5 hours after that can be told from its quarter; and a message 5 hours
    after the one before it is 5 hours after the block's start too.
    """
    start: int | None = None
    for each in oldest_first:
        start = later_block(start, (each,))
        if start is not None:
            yield each, start
