"""Hook events that two registrations told: the plugin and the settings both run our hook.

Rule: the same payload from within half a second is the same event. Payloads carry the ids of what
they tell of, so two events that are really two differ.
"""

TWIN_MS = 500
RECENT_KEPT = 256


class Twins:
    """The last events, by what identifies them."""

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}

    def is_twin(self, identity: int, sent_ms: int) -> bool:
        """Whether this event was told already."""
        before = self._recent.get(identity)
        return before is not None and abs(sent_ms - before) < TWIN_MS

    def remember(self, identity: int, sent_ms: int) -> None:
        """An event was told and applied."""
        self._recent.pop(identity, None)
        self._recent[identity] = sent_ms
        if len(self._recent) > RECENT_KEPT:
            del self._recent[next(iter(self._recent))]
