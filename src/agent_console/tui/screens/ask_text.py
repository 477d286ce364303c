"""Asking for one line of text."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label


class AskText(ModalScreen[str | None]):
    """A text, or None when the person thought better of it.

    Args:
        question: What is asked for.
        value: What stands there to begin with.
        max_length: In characters.
    """

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, question: str, value: str = "", *, max_length: int) -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._max_length = max_length

    def compose(self) -> ComposeResult:
        """The question, the line, and the keys."""
        with Vertical():
            yield Label(self._question, id="question", markup=False)
            yield Input(self._value, max_length=self._max_length, select_on_focus=False)
            yield Label("Enter keeps it, Esc leaves it as it was.", id="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Done."""
        event.stop()
        self.dismiss(event.value)

    def action_cancel(self) -> None:
        """Thought better of it."""
        self.dismiss(None)
