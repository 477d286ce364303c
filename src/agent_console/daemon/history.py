"""The last transitions of every session, eight bytes each (and room for as many again).

Rule: only the moment and the new status of each step are kept, so a history cannot disagree with
itself: where a step begins is where the one before it ended. As structs, the histories of ten
thousand sessions would be 60 MB; they are made when somebody asks, and kept for the few sessions
that were asked about last.

A time that does not fit raises and changes nothing.
"""

from array import array
from itertools import islice, pairwise, starmap

from agent_console.model.session import HISTORY_LENGTH, StateTransition, Status

READ_HISTORIES_KEPT = 128

_STATUSES = tuple(Status)
_CODE_BITS = 2
_TIME_BITS = 63 - _CODE_BITS
_KEPT = HISTORY_LENGTH + 1
_CUT_AT = 2 * _KEPT
"""To cut the oldest step off at each new one would cost more than all the rest of a step."""


def packed(status: Status, at_ms: int) -> int:
    """The beginning of a status.

    Raises:
        OverflowError: The time is none that a history can hold.
    """
    if at_ms >> _TIME_BITS:
        raise OverflowError(at_ms)
    return at_ms << _CODE_BITS | _STATUSES.index(status)


class Histories:
    """Session id → its last transitions, oldest first.

    Attributes:
        steps: The same, packed; whoever is not in here has not turned yet.
    """

    def __init__(self) -> None:
        self.steps: dict[str, array[int]] = {}
        self._read: dict[str, tuple[StateTransition, ...]] = {}
        self._unread: dict[str, int] = {}
        """How many steps came since a history was read."""

    def append(
        self, session_id: str, before: Status, before_ms: int, status: Status, at_ms: int
    ) -> None:
        """Add a transition.

        Args:
            session_id: Whose.
            before: The status before.
            before_ms: When that began; noted with the first transition only.
            status: The status now.
            at_ms: When it began.

        Raises:
            OverflowError: A time is none that a history can hold; nothing was written.
        """
        turned = packed(status, at_ms)
        steps = self.steps.get(session_id)
        if steps is None:
            self.steps[session_id] = array("q", (packed(before, before_ms), turned))
        else:
            steps.append(turned)
            if len(steps) == _CUT_AT:
                del steps[:-_KEPT]
        if session_id in self._read:
            self._unread[session_id] = self._unread.get(session_id, 0) + 1

    def of(self, session_id: str) -> tuple[StateTransition, ...]:
        """A session's transitions."""
        read = self._read.get(session_id)
        if read is None:
            read = self._unpack(session_id, HISTORY_LENGTH)
            if len(self._read) >= READ_HISTORIES_KEPT:
                self._forget_read(next(iter(self._read)))
            self._read[session_id] = read
        elif session_id in self._unread:
            new = self._unpack(session_id, self._unread.pop(session_id))
            read = (*read, *new)[-HISTORY_LENGTH:]
            self._read[session_id] = read
        return read

    def forget(self, session_id: str) -> None:
        """The session is off the board."""
        self.steps.pop(session_id, None)
        self._forget_read(session_id)

    def _forget_read(self, session_id: str) -> None:
        self._read.pop(session_id, None)
        self._unread.pop(session_id, None)

    def _unpack(self, session_id: str, most: int) -> tuple[StateTransition, ...]:
        """The last transitions, at most so many."""
        steps = self.steps.get(session_id)
        if steps is None:
            return ()
        older = max(0, len(steps) - 1 - most)
        return tuple(starmap(_transition, pairwise(islice(steps, older, None))))


def _transition(begun: int, turned: int) -> StateTransition:
    before_ms, at_ms = begun >> _CODE_BITS, turned >> _CODE_BITS
    return StateTransition(at_ms, _STATUSES[begun & 3], _STATUSES[turned & 3], at_ms - before_ms)
