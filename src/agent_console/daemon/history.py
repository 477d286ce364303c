"""The last transitions of every session, eight bytes each.

Rule: only the moment and the new status of each step are kept, so a history cannot disagree with
itself: where a step begins is where the one before it ended. As structs, the histories of ten
thousand sessions would be 60 MB; they are made when somebody asks, and kept for the few sessions
that were asked about last.

A step is packed before anything is written: a time that does not fit raises and changes nothing.
"""

from array import array
from itertools import pairwise, starmap
from typing import NamedTuple

from agent_console.model.session import HISTORY_LENGTH, StateTransition, Status

READ_HISTORIES_KEPT = 128

_STATUSES = tuple(Status)
_CODES = {status: code for code, status in enumerate(_STATUSES)}
_CODE_BITS = 2
_LATEST_MS = (1 << 63 - _CODE_BITS) - 1


class Step(NamedTuple):
    """A transition, packed."""

    begun: int
    """When the status before began, and which it was."""
    turned: int


def packed(before: Status, before_ms: int, after: Status, after_ms: int) -> Step:
    """A transition as it is kept.

    Raises:
        OverflowError: A time is none that a history can hold.
    """
    return Step(_packed(before, before_ms), _packed(after, after_ms))


def _packed(status: Status, at_ms: int) -> int:
    if not 0 <= at_ms <= _LATEST_MS:
        raise OverflowError(at_ms)
    return at_ms << _CODE_BITS | _CODES[status]


class Histories:
    """Session id → its last transitions, oldest first."""

    def __init__(self) -> None:
        self._steps: dict[str, array[int]] = {}
        self._read: dict[str, tuple[StateTransition, ...]] = {}

    def append(self, session_id: str, step: Step) -> None:
        """Add a transition; the first one also says where the session began."""
        steps = self._steps.get(session_id)
        if steps is None:
            steps = array("q", (step.begun,))
            self._steps[session_id] = steps
        steps.append(step.turned)
        if len(steps) > HISTORY_LENGTH + 1:
            del steps[0]
        read = self._read.get(session_id)
        if read is not None:
            self._read[session_id] = (*read[-(HISTORY_LENGTH - 1) :], _transition(*step))

    def of(self, session_id: str) -> tuple[StateTransition, ...]:
        """A session's transitions."""
        read = self._read.get(session_id)
        if read is None:
            read = self._unpack(session_id)
            self._read[session_id] = read
            if len(self._read) > READ_HISTORIES_KEPT:
                del self._read[next(iter(self._read))]
        return read

    def forget(self, session_id: str) -> None:
        """The session is off the board."""
        self._steps.pop(session_id, None)
        self._read.pop(session_id, None)

    def _unpack(self, session_id: str) -> tuple[StateTransition, ...]:
        steps = self._steps.get(session_id)
        if steps is None:
            return ()
        return tuple(starmap(_transition, pairwise(steps)))


def _transition(begun: int, turned: int) -> StateTransition:
    before_ms, at_ms = begun >> _CODE_BITS, turned >> _CODE_BITS
    return StateTransition(at_ms, _STATUSES[begun & 3], _STATUSES[turned & 3], at_ms - before_ms)
