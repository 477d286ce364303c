"""The app's own themes, and the colours of meanings as CSS variables.

Rule: styles name a meaning (`$status-question`, `$tokens-input`), never a colour.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.theme import Theme

from agent_console.model.palette import HUES, hue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_console.model.palette import Role

DARK = Theme(
    name="console-dark",
    primary="#56b4e9",
    secondary="#b39ddb",
    accent="#f0b429",
    warning="#f0b429",
    error="#ff7a59",
    success="#3fc59b",
    foreground="#dfe4ea",
    background="#12161b",
    surface="#171c22",
    panel="#1f262e",
    dark=True,
)
LIGHT = Theme(
    name="console-light",
    primary="#0072b2",
    secondary="#6a3fa0",
    accent="#8f5b00",
    warning="#8f5b00",
    error="#b8431a",
    success="#00704f",
    foreground="#1f2328",
    background="#ffffff",
    surface="#f6f8fa",
    panel="#eaeef2",
    dark=False,
)
PAPER = replace(
    LIGHT,
    name="console-paper",
    foreground="#3b2f22",
    background="#fbf6ea",
    surface="#f5eddb",
    panel="#ece1c8",
)
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
