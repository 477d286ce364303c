"""Work that takes long: one piece at a time, seen and ended from every open page.

Rule: no NiceGUI here. The work runs in a thread that tells how far it is, and ends at the next
telling when somebody has cancelled it. A page that is closed ends nothing; the end of the dashboard
does.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio
from msgspec import Struct

from agent_console.errors import AgentConsoleError, DamagedLedgerError, NotPossibleError
from agent_console.web.asking.outcome import Outcome

_log = logging.getLogger(__name__)

TELL_SECONDS = 0.1


class CancelledWorkError(Exception):
    """Somebody has cancelled it."""


class Under(Struct, frozen=True):
    """Work under way.

    Attributes:
        title: What is done: `Checking`.
        step: What it does just now.
        share: How much of it is done, from 0 to 1; null when nobody knows.
        may_cancel: It can be cancelled; nothing is half done then.
        is_cancelled: Somebody has, and it has still to notice.
    """

    title: str
    step: str = ""
    share: float | None = None
    may_cancel: bool = True
    is_cancelled: bool = False


class Telling:
    """How work in a thread tells what it does; calls raise when it has been cancelled."""

    def __init__(self, show: Callable[[str, float | None], None]) -> None:
        self._show = show
        self._told = 0.0
        self._step = ""
        self.is_cancelled = False

    def __call__(self, step: str, share: float | None = None) -> None:
        """Tell a step; as often as one likes.

        Raises:
            CancelledWorkError: The work is to end.
        """
        now = time.monotonic()
        if step != self._step or now - self._told >= TELL_SECONDS:
            self._step, self._told = step, now
            anyio.from_thread.run_sync(self._show, step, share)
        if self.is_cancelled:
            raise CancelledWorkError


Work: TypeAlias = Callable[[Telling], Outcome]


class LongWork:
    """The work under way, if any.

    Args:
        changed: Awaited when work has changed the ledger.

    Attributes:
        under: What is under way; null when nothing is.
        last: What came out last; null before that.
    """

    def __init__(self, changed: Callable[[], Awaitable[None]]) -> None:
        self.under: Under | None = None
        self.last: Outcome | None = None
        self._telling: Telling | None = None
        self._changed = changed
        self._listeners: list[Callable[[Outcome | None], None]] = []

    def listen(self, told: Callable[[Outcome | None], None]) -> Callable[[], None]:
        """Have a function told of steps, and with what came out; what is returned ends that."""
        self._listeners.append(told)
        return lambda: self._listeners.remove(told) if told in self._listeners else None

    def cancel(self) -> None:
        """Have the work end as soon as it can."""
        if self.under is not None and self._telling is not None and self.under.may_cancel:
            self._telling.is_cancelled = True
            self.under = Under(self.under.title, "Cancelling…", None, is_cancelled=True)
            self._tell(None)

    def claim(self, title: str, *, may_cancel: bool = True) -> Telling:
        """Say that work begins; give what comes back to `run`.

        Args:
            title: What is done: `Checking`.
            may_cancel: Nothing is half done when it ends early.

        Raises:
            NotPossibleError: Other work is under way.
        """
        if self.under is not None:
            raise NotPossibleError(f"{self.under.title} is still under way: wait, or cancel it.")
        self._telling = Telling(self._show)
        self.under = Under(title, may_cancel=may_cancel)
        self._tell(None)
        return self._telling

    async def run(self, telling: Telling, work: Work) -> None:
        """Do it, and tell what came out.

        Args:
            telling: What `claim` gave.
            work: Called in a thread.
        """
        title = "" if self.under is None else self.under.title
        try:
            outcome = await anyio.to_thread.run_sync(work, telling)
            if outcome.has_changed:
                await self._changed()
        except CancelledWorkError:
            outcome = Outcome(f"{title}: cancelled. Do it again whenever you like.", "warning")
            await self._changed()
        except (AgentConsoleError, ValueError) as error:
            damaged = isinstance(error, DamagedLedgerError)
            outcome = Outcome(str(error), "negative", is_damage=damaged)
        except Exception as error:  # noqa: BLE001 - the dashboard goes on
            _log.exception("%s failed.", title)
            outcome = Outcome(
                f"{title} failed: {error}. `agent-console doctor` may say why.", "negative"
            )
        finally:
            self.under = self._telling = None
        self.last = outcome
        self._tell(outcome)

    def _show(self, step: str, share: float | None) -> None:
        if self.under is not None and not self.under.is_cancelled:
            self.under = Under(self.under.title, step, share, self.under.may_cancel)
            self._tell(None)

    def _tell(self, outcome: Outcome | None) -> None:
        for told in tuple(self._listeners):
            told(outcome)
