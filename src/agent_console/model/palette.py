"""The colours that mean something, the same in the TUI and on the web page.

Rule: a colour never says anything alone; a word or a symbol stands beside it. The hues are those
of Okabe and Ito (2008), which people with any kind of colour blindness tell apart, darkened for
paper where a bright one could not be read.
"""

from typing import Literal

from msgspec import Struct

from agent_console.model.session import Status

Role = Literal[
    "question",
    "attention",
    "working",
    "closed",
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cost",
]


class Hue(Struct, frozen=True):
    """One meaning's colour.

    Attributes:
        on_dark: `#rrggbb` on a dark ground.
        on_light: `#rrggbb` on a light one.
    """

    on_dark: str
    on_light: str


HUES: dict[Role, Hue] = {
    "question": Hue("#e58fc4", "#a3327a"),
    "attention": Hue("#f0b429", "#8f5b00"),
    "working": Hue("#3fc59b", "#00704f"),
    "closed": Hue("#8b949e", "#5f6672"),
    "input": Hue("#56b4e9", "#0072b2"),
    "output": Hue("#3fc59b", "#00704f"),
    "cache_read": Hue("#f0e442", "#7d6b00"),
    "cache_write": Hue("#b39ddb", "#6a3fa0"),
    "cost": Hue("#ff7a59", "#b8431a"),
}


class Ground(Struct, frozen=True):
    """What a theme draws on.

    Attributes:
        dark: Bright text on a dark ground.
        text: `#rrggbb`, as the others.
        background: Of everything.
        surface: Of what lies on it: tables, cards.
        panel: Of what stands out: heads, borders, the chosen row.
    """

    dark: bool
    text: str
    background: str
    surface: str
    panel: str


ThemeName = Literal["dark", "light", "paper"]

GROUNDS: dict[ThemeName, Ground] = {
    "dark": Ground(True, "#dfe4ea", "#12161b", "#171c22", "#1f262e"),
    "light": Ground(False, "#1f2328", "#ffffff", "#f6f8fa", "#eaeef2"),
    "paper": Ground(False, "#3b2f22", "#fbf6ea", "#f5eddb", "#ece1c8"),
}

SYMBOLS: dict[Status, str] = {
    Status.QUESTION: "?",
    Status.ATTENTION: "!",
    Status.WORKING: "●",
    Status.CLOSED: "○",
}
"""One cell each, for terminals without colour and people who do not see it."""


def hue(role: Role, *, dark: bool) -> str:
    """The colour as `#rrggbb`."""
    return HUES[role].on_dark if dark else HUES[role].on_light


_STATUS_ROLES: dict[Status, Role] = {
    Status.QUESTION: "question",
    Status.ATTENTION: "attention",
    Status.WORKING: "working",
    Status.CLOSED: "closed",
}


def status_hue(status: Status, *, dark: bool) -> str:
    """The status's colour as `#rrggbb`."""
    return hue(_STATUS_ROLES[status], dark=dark)
