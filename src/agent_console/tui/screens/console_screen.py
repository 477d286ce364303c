"""What the app's main screens have in common: the head, the foot, and hearing of changes."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

from agent_console.client.link import Changes, LinkState
from agent_console.tui.shared import console_of
from agent_console.tui.widgets.head import Head

if TYPE_CHECKING:
    from collections.abc import Iterable


class ConsoleScreen(Screen[None]):
    """A screen with the live head above it and the keys below it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-normal"), (140, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        """The head, what the screen is about, and the keys."""
        yield Head()
        yield from self.body()
        yield Vertical(id="foot")

    def body(self) -> "Iterable[Widget]":
        """What stands between head and foot."""
        return ()

    def on_mount(self) -> None:
        """Begin to hear of changes."""
        console_of(self).changes.subscribe(self, self._heard)
        self.call_after_refresh(self._tell_keys)
        self._heard(Changes(board=True, link=True))

    async def _tell_keys(self) -> None:
        # They can wait until what matters has been drawn.
        await self.query_one("#foot").mount(Footer(show_command_palette=False))
        self.refresh_bindings()  # the footer draws when it hears of some

    def _heard(self, changes: Changes) -> None:
        if changes.link:
            state = console_of(self).link.state
            self.set_class(state is not LinkState.CONNECTED, "-stale")
        self.take(changes)

    def take(self, changes: Changes) -> None:
        """Something is different: draw it."""
        del changes
