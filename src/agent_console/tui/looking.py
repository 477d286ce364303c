"""When a person has looked at a session: two seconds on its row, without moving on.

Rule: a look begins with something the person does here (a key, a click, coming back to this window
or this screen), so that a board that nobody sits at marks nothing as seen; it counts only if the
terminal has the focus at its end and nothing new has happened to the session meanwhile.
"""

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

from agent_console.model.session import Session
from agent_console.tui.shared import console_of

LOOK_SECONDS = 2.0


class Look:
    """Waits beside a screen until what is under the cursor has been looked at.

    Args:
        screen: Where the cursor is.
        under_cursor: The session there now.
        seen: Called with a session that has been looked at.
    """

    def __init__(
        self,
        screen: Screen[None],
        under_cursor: Callable[[], Session | None],
        seen: Callable[[Session], None],
    ) -> None:
        self._screen = screen
        self._under_cursor = under_cursor
        self._seen = seen
        self._timer: Timer | None = None
        self._at: Session | None = None

    def begin(self) -> None:
        """The person did something: what is under the cursor now is being looked at."""
        session = self._under_cursor()
        if self._timer is not None:
            if session is not None and self._at is not None and _is_same(session, self._at):
                return
            self._timer.stop()
            self._timer = None
        self._at = session
        if session is not None and not session.seen:
            self._timer = self._screen.set_timer(LOOK_SECONDS, self.end, name="look")

    def end(self) -> None:
        """The time is over: it counts, if the person can still be looking at the same thing."""
        self._timer = None
        session = self._under_cursor()
        if (
            session is not None
            and self._at is not None
            and _is_same(session, self._at)
            and not session.seen
            and self._screen.is_current
            and console_of(self._screen).app_focus
        ):
            self._seen(session)


def _is_same(one: Session, other: Session) -> bool:
    """The same session, with no change of status between."""
    return (one.session_id, one.since_ms, one.status) == (
        other.session_id,
        other.since_ms,
        other.status,
    )
