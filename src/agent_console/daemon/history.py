"""The last transitions of every session, eight bytes each.

Rule: only the moment and the new status of each step are kept, so a history cannot disagree with
itself: where a step begins is where the one before it ended. As structs, the histories of ten
thousand sessions would be 60 MB; they are made when somebody asks, and kept for the few sessions
that were asked about last.
"""

from array import array

from agent_console.model.session import HISTORY_LENGTH, StateTransition, Status

READ_HISTORIES_KEPT = 64

_STATUSES = tuple(Status)
_CODES = {status: code for code, status in enumerate(_STATUSES)}
_CODE_BITS = 2


class Histories:
    """Session id → its last transitions, oldest first."""

    def __init__(self) -> None:
        self._steps: dict[str, array[int]] = {}
        self._read: dict[str, tuple[StateTransition, ...]] = {}

    def append(
        self, session_id: str, before: Status, before_ms: int, after: Status, after_ms: int
    ) -> None:
        """Add a transition; the first one also says where the session began."""
        steps = self._steps.get(session_id)
        if steps is None:
            steps = array("q", (before_ms << _CODE_BITS | _CODES[before],))
            self._steps[session_id] = steps
        steps.append(after_ms << _CODE_BITS | _CODES[after])
        if len(steps) > HISTORY_LENGTH + 1:
            del steps[0]
        read = self._read.get(session_id)
        if read is not None:
            step = StateTransition(after_ms, before, after, after_ms - before_ms)
            self._read[session_id] = (*read[-(HISTORY_LENGTH - 1) :], step)

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
        transitions: list[StateTransition] = []
        before_ms, before = steps[0] >> _CODE_BITS, _STATUSES[steps[0] & 3]
        for step in steps[1:]:
            at_ms, status = step >> _CODE_BITS, _STATUSES[step & 3]
            transitions.append(StateTransition(at_ms, before, status, at_ms - before_ms))
            before_ms, before = at_ms, status
        return tuple(transitions)
