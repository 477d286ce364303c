"""What the person can choose about the app; saved to the configuration at once."""

from typing import TYPE_CHECKING, ClassVar, cast

from msgspec import structs
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Label, Select, Static

from agent_console.board.columns import COLUMNS
from agent_console.config import Density, TuiConfig
from agent_console.errors import ConfigError
from agent_console.tui.saved_settings import save
from agent_console.tui.shared import console_of
from agent_console.tui.widgets.tick_box import TickBox

if TYPE_CHECKING:
    from textual.widget import Widget

_COLUMN = "column-"
_TOLD = "told-"
TOLD = {
    "question": "Sessions that ask",
    "attention": "Sessions that wait",
    "alerts": "Budgets and other alerts",
    "sound": "With a sound",
}
"""Switches of `[notifications]`, in words."""

DENSITIES: tuple[Density, ...] = ("one-line", "two-line")


class SettingsScreen(ModalScreen[None]):
    """Each change takes effect and is saved at once."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,comma,q", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """One line for each setting."""
        console = console_of(self)
        tui = console.config.tui
        hidden = tui.hidden_columns.split()
        themes = [(name, name) for name in sorted(console.available_themes)]
        with VerticalScroll(id="settings") as box:
            box.border_title = "Settings"
            yield from _line("Theme", Select(themes, value=console.theme, id="theme", compact=True))
            yield from _line(
                "Lines for a session",
                Select(
                    [(name, name) for name in DENSITIES],
                    value=tui.density,
                    allow_blank=False,
                    id="density",
                    compact=True,
                ),
            )
            yield TickBox("Group by project", value=tui.group_by_project, id="group")
            yield TickBox("Hide closed", value=tui.hide_closed, id="closed")
            yield Label("Tell me of", classes="heading")
            for name, label in TOLD.items():
                value = bool(getattr(console.config.notifications, name))
                yield TickBox(label, value=value, id=f"{_TOLD}{name}")
            yield Label("Columns", classes="heading")
            for column in COLUMNS:
                yield TickBox(
                    column.title.capitalize(),
                    value=column.title not in hidden,
                    id=f"{_COLUMN}{column.title}",
                )
            yield Static("Saved to the configuration as you change it. Esc closes.", id="saved")

    def on_select_changed(self, event: Select.Changed) -> None:
        """A theme or a density was chosen."""
        tui = console_of(self).config.tui
        if event.value is Select.NULL:
            return
        if event.select.id == "theme":
            self._keep(structs.replace(tui, theme=str(event.value)))
        else:
            self._keep(structs.replace(tui, density=cast("Density", event.value)))

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """Something was turned on or off."""
        tui = console_of(self).config.tui
        match event.checkbox.id:
            case "group":
                self._keep(structs.replace(tui, group_by_project=event.value))
            case "closed":
                self._keep(structs.replace(tui, hide_closed=event.value))
            case str(told) if told.startswith(_TOLD):
                self._tell({told.removeprefix(_TOLD): event.value})
            case _:
                boxes = self.query(TickBox).results()
                off = {str(box.id).removeprefix(_COLUMN) for box in boxes if not box.value}
                hidden = " ".join(column.title for column in COLUMNS if column.title in off)
                self._keep(structs.replace(tui, hidden_columns=hidden))

    def _keep(self, tui: TuiConfig) -> None:
        console = console_of(self)
        before = console.config.tui
        if tui == before:
            return
        console.use(structs.replace(console.config, tui=tui))
        changed = {
            name: value
            for name, value in structs.asdict(tui).items()
            if value != getattr(before, name)
        }
        self._save("tui", changed)

    def _tell(self, changed: dict[str, bool]) -> None:
        console = console_of(self)
        told = console.config.notifications
        if all(getattr(told, name) == value for name, value in changed.items()):
            return
        told = structs.replace(told, **changed)
        console.use(structs.replace(console.config, notifications=told))
        self._save("notifications", {**changed})

    def _save(self, table: str, changed: dict[str, str | bool | int]) -> None:
        try:
            save(table, changed)
        except ConfigError as error:
            self.notify(str(error), severity="error", markup=False)


def _line(title: str, widget: "Widget") -> ComposeResult:
    with Horizontal(classes="setting"):
        yield Label(title)
        yield widget
