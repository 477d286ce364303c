"""The three themes, as variables for the style sheet.

Rule: styles and charts name a meaning (`--input`, `--question`), never a colour; colours are those
of model/palette.py, the same as in the terminal.
"""

from nicegui import ui

from agent_console.config import Config
from agent_console.model.palette import GROUNDS, HUES, Role, ThemeName, hue

COOKIE = "agent_console_theme"
"""Holds no secret; the page's own script writes it."""


def theme_of(cookies: dict[str, str], config: Config) -> ThemeName:
    """What the person has chosen: here, else for the terminal, else dark."""
    for wanted in (cookies.get(COOKIE, ""), config.tui.theme.removeprefix("console-")):
        for name in GROUNDS:
            if name == wanted:
                return name
    return "dark"


def style_of(theme: ThemeName) -> str:
    """The theme as CSS."""
    return f":root{{{variables_of(theme)}}}"


def variables_of(theme: ThemeName) -> str:
    """The theme's variables as CSS."""
    ground = GROUNDS[theme]
    colours = {
        "text": ground.text,
        "background": ground.background,
        "surface": ground.surface,
        "panel": ground.panel,
        **{role.replace("_", "-"): hue(role, dark=ground.dark) for role in HUES},
    }
    scheme = "dark" if ground.dark else "light"
    variables = "".join(f"--{name}:{colour};" for name, colour in colours.items())
    return f"color-scheme:{scheme};{variables}"


class Ink:
    """Colours for what is drawn by numbers, in one theme."""

    def __init__(self, theme: ThemeName) -> None:
        self.ground = GROUNDS[theme]

    def __call__(self, role: Role) -> str:
        """The colour of a meaning as `#rrggbb`."""
        return hue(role, dark=self.ground.dark)

    @property
    def quiet(self) -> str:
        """Axes, labels, lines."""
        return hue("closed", dark=self.ground.dark)


def page_theme(config: Config) -> ThemeName:
    """The theme of the page that is being built."""
    request = ui.context.client.request
    return theme_of(dict(request.cookies), config)
