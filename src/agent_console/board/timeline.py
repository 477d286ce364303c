"""A session's statuses over time, as stretches and as the cells of a bar.

Rule: a cell shows the status that has most of its time; a status that would have none gets the cell
that it has the largest part of, so that a short question is never lost in a long day.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from agent_console.model.session import URGENCY, Session, StateTransition, Status


class Stretch(Struct, frozen=True, gc=False):
    """Some time in one status; Unix milliseconds."""

    status: Status
    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """How long it was."""
        return self.end_ms - self.start_ms


def stretches(
    session: Session, history: Sequence[StateTransition] | UnsetType, now_ms: int
) -> list[Stretch]:
    """What it was in, the oldest first; the time since it was closed is none of it.

    Args:
        session: As it is now.
        history: As GET answers it; what came later is told by the session itself.
        now_ms: Unix milliseconds.
    """
    found = [
        Stretch(change.from_, change.at_ms - change.duration_ms, change.at_ms)
        for change in (() if history is UNSET else history)
        if change.at_ms <= session.since_ms and change.duration_ms > 0
    ]
    if session.status is not Status.CLOSED and now_ms > session.since_ms:
        found.append(Stretch(session.status, session.since_ms, now_ms))
    return found


def durations(found: Sequence[Stretch]) -> dict[Status, int]:
    """Milliseconds by status, the longest first."""
    sums: Counter[Status] = Counter()
    for stretch in found:
        sums[stretch.status] += stretch.duration_ms
    return dict(sums.most_common())


def cells(found: Sequence[Stretch], width: int) -> list[Status]:
    """The bar, cell by cell; empty when there is nothing to show."""
    if not found or width < 1:
        return []
    start = found[0].start_ms
    length = (found[-1].end_ms - start) / width
    parts: list[Counter[Status]] = [Counter() for _ in range(width)]
    for stretch in found:
        _spread(stretch, start, length, parts)
    bar = [_most(part) for part in parts]
    for status in durations(found):
        if status not in bar:
            _make_room(status, bar, parts)
    return bar


def _spread(stretch: Stretch, start: int, length: float, parts: list[Counter[Status]]) -> None:
    first = int((stretch.start_ms - start) / length)
    for number in range(max(0, first), len(parts)):
        begins, ends = start + number * length, start + (number + 1) * length
        inside = min(ends, stretch.end_ms) - max(begins, stretch.start_ms)
        if inside <= 0 and begins >= stretch.end_ms:
            return
        if inside > 0:
            parts[number][stretch.status] += round(inside * 1000)


def _most(part: Counter[Status]) -> Status:
    """Of two with as much, the more urgent one."""
    return max(part, key=lambda status: (part[status], -URGENCY[status]), default=Status.CLOSED)


def _make_room(status: Status, bar: list[Status], parts: list[Counter[Status]]) -> None:
    counts = Counter(bar)
    free = [number for number, owner in enumerate(bar) if counts[owner] > 1]
    if free:
        bar[max(free, key=lambda number: parts[number][status])] = status
