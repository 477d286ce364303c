"""The last transitions of every session, eight bytes each (and room for as many again).

Rule: only the moment and the new status of each step are kept, so a history cannot disagree with
itself: where a step begins is where the one before it ended. As structs, the histories of ten
thousand sessions would be 60 MB; they are made when somebody asks, and kept for the few sessions
that were asked about last.

A time that does not fit raises and changes nothing.
"""

from array import array
from collections.abc import Iterable
from itertools import islice, pairwise, starmap

from agent_console.model.session import HISTORY_LENGTH, StateTransition, Status

READ_HISTORIES_KEPT = 128

_STATUSES = tuple(Status)
_CODES = {status: code for code, status in enumerate(_STATUSES)}
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
    return at_ms << _CODE_BITS | _CODES[status]


class Histories:
    """Session id → its last transitions, oldest first.

    Attributes:
        steps: The same, packed; whoever is not in here has not turned yet.
    """

    def __init__(self) -> None:
        self.steps: dict[str, array[int]] = {}
        self._read: dict[str, tuple[tuple[StateTransition, ...], int]] = {}
        """Histories as they were read, and how many steps there were then."""

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
        steps = self.steps.get(session_id)
        if steps is None:
            begun = packed(before, before_ms), packed(status, at_ms)
            self.steps[session_id] = array("q", begun)
            return
        # A time is never before the one before it, and what is too large the array refuses.
        steps.append(at_ms << _CODE_BITS | _CODES[status])
        if len(steps) == _CUT_AT:
            del steps[:-_KEPT]
            self._read.pop(session_id, None)

    def of(self, session_id: str) -> tuple[StateTransition, ...]:
        """A session's transitions."""
        steps = self.steps.get(session_id)
        if steps is None:
            return ()
        read, read_steps = self._read.get(session_id, ((), 0))
        if read_steps != len(steps):
            if not read_steps and len(self._read) >= READ_HISTORIES_KEPT:
                del self._read[next(iter(self._read))]
            read = (*read, *_transitions(steps, len(steps) - read_steps))[-HISTORY_LENGTH:]
            self._read[session_id] = read, len(steps)
        return read

    def forget(self, session_id: str) -> None:
        """The session is off the board."""
        self.steps.pop(session_id, None)
        self._read.pop(session_id, None)


def _transitions(steps: "array[int]", most: int) -> Iterable[StateTransition]:
    """The last transitions, at most so many."""
    older = max(0, len(steps) - 1 - min(most, HISTORY_LENGTH))
    return starmap(_transition, pairwise(islice(steps, older, None)))


def _transition(begun: int, turned: int) -> StateTransition:
    before_ms, at_ms = begun >> _CODE_BITS, turned >> _CODE_BITS
    return StateTransition(at_ms, _STATUSES[begun & 3], _STATUSES[turned & 3], at_ms - before_ms)
