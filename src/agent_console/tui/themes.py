"""The app's own themes, and the colours of meanings as CSS variables.

Rule: styles name a meaning (`$status-question`, `$tokens-input`), never a colour.
"""

from typing import TYPE_CHECKING

from textual.theme import Theme

from agent_console.model.palette import GROUNDS, HUES, hue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_console.model.palette import Role, ThemeName


def _theme(name: "ThemeName") -> Theme:
    ground = GROUNDS[name]
    dark = ground.dark
    return Theme(
        name=f"console-{name}",
        primary=hue("input", dark=dark),
        secondary=hue("cache_write", dark=dark),
        accent=hue("attention", dark=dark),
        warning=hue("attention", dark=dark),
        error=hue("cost", dark=dark),
        success=hue("output", dark=dark),
        foreground=ground.text,
        background=ground.background,
        surface=ground.surface,
        panel=ground.panel,
        dark=dark,
    )


DARK, LIGHT, PAPER = (_theme(name) for name in GROUNDS)
THEMES = (DARK, LIGHT, PAPER)
DEFAULT = DARK.name

_STATUSES: "tuple[Role, ...]" = ("question", "attention", "working", "closed")


def meanings(*, dark: bool) -> "Mapping[str, str]":
    """Every meaning's colour, by the name of its CSS variable without the `$`."""
    return {
        f"{'status' if role in _STATUSES else 'tokens'}-{role.replace('_', '-')}": hue(
            role, dark=dark
        )
        for role in HUES
    }
