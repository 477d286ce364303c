"""A checkbox whose state can be read without colours."""

from textual.widgets import Checkbox


class TickBox(Checkbox):
    """Textual's checkbox, which by itself draws the same sign in another colour."""

    def __init__(self, label: str, *, value: bool, id: str) -> None:  # noqa: A002 - Textual's name
        self.BUTTON_INNER = "X" if value else " "  # pyright: ignore[reportConstantRedefinition]
        super().__init__(label, value, id=id, compact=True)

    def watch_value(self) -> None:
        """The state is another one."""
        self.BUTTON_INNER = "X" if self.value else " "  # pyright: ignore[reportConstantRedefinition]
        super().watch_value()
