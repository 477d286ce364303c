"""Colours that can be read on their ground."""

import pytest

from agent_console.model.palette import HUES, SYMBOLS, Role, hue, status_hue
from agent_console.model.session import Status

GROUNDS = {True: ("#12161b",), False: ("#ffffff", "#fbf6ea")}
"""Of the app's dark and light themes."""

READABLE = 4.5
"""WCAG 2, level AA, for small text."""


def luminance(colour: str) -> float:
    """As WCAG 2 defines it, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("role", list(HUES))
def test_every_colour_is_readable_on_its_ground(role: Role, dark: bool) -> None:
    assert all(contrast(hue(role, dark=dark), ground) >= READABLE for ground in GROUNDS[dark])


def test_every_status_has_a_colour_and_a_symbol_of_its_own() -> None:
    assert len({status_hue(status, dark=True) for status in Status}) == len(Status)
    assert len(set(SYMBOLS.values())) == len(Status)
