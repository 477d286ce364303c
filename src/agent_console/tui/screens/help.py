"""The keys, as the screen that was open binds them."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from agent_console.tui.shared import console_of

TITLE = "Keys"
MOVES = ("cursor_", "scroll_", "page_", "app.focus_", "app.help_quit")
"""Actions of Textual's own widgets; a line tells them all."""


class HelpScreen(ModalScreen[None]):
    """Lists what every key does; any of `?`, Esc and `q` closes it.

    Args:
        of: The screen whose keys are told.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,escape,q", "dismiss", "Close"),
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
    ]

    def __init__(self, of: Screen[object]) -> None:
        super().__init__()
        self._of = of

    def compose(self) -> ComposeResult:
        """The list, in a box."""
        with VerticalScroll(id="help") as box:
            box.border_title = TITLE
            yield Static(keys_table(self._of))

    def action_scroll_down(self) -> None:
        """Show what is further down."""
        self.query_one("#help", VerticalScroll).scroll_down()

    def action_scroll_up(self) -> None:
        """Show what is further up."""
        self.query_one("#help", VerticalScroll).scroll_up()


def _node(active: ActiveBinding) -> DOMNode:
    return active.node


def keys_table(screen: Screen[object]) -> Table:
    """Every key that does something on this screen, with what it does.

    The screen's own keys come first, then the app's, and in one line those that move the cursor.
    """
    keys: dict[tuple[str, str], list[str]] = {}
    moves: list[str] = []
    active = [a for a in screen.active_bindings.values() if a.enabled and not a.binding.system]
    nearest: list[DOMNode | None] = [screen, screen.focused, console_of(screen)]

    def distance(one: ActiveBinding) -> int:
        if one.binding.action.startswith("screen.copy"):  # Textual's, on every screen
            return len(nearest)
        return nearest.index(_node(one)) if _node(one) in nearest else len(nearest)

    for one in sorted(active, key=distance):
        binding = one.binding
        name = binding.key_display or format_key(binding.key)
        if binding.action.startswith(MOVES):
            moves.append(name)
        elif binding.description:
            description = binding.description[:1].upper() + binding.description[1:]
            said = (description, binding.tooltip or one.tooltip)
            keys.setdefault(said, []).append(name)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, justify="right")
    table.add_column()
    for (description, tooltip), names in keys.items():
        what = Text(description, "bold")
        if tooltip and tooltip != description:
            what.append(f"  {tooltip}", "dim")
        table.add_row(Text(" ".join(dict.fromkeys(names)), "bold"), what)
    table.add_row(
        Text("Move", "bold"), Text(f"{' '.join(dict.fromkeys(moves))} and the mouse", "dim")
    )
    return table
