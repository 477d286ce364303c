"""What the user says of notifications: the table `notifications` of the configuration."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Via: TypeAlias = Literal["auto", "desktop", "terminal", "none"]
ClockTime: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9])?\Z",
        description='a time of day like "22:30", or "" for none',
    ),
]
Reasons: TypeAlias = Annotated[
    tuple[str, ...], Meta(description='a list of reasons like ["ready", "done"]')
]

OWN_DOING: Reasons = ("ready", "interrupted")
"""Reasons that a person causes at the session itself: it has just been started, or stopped."""


class NotificationsConfig(Struct, frozen=True):
    """What a person is told while looking elsewhere.

    Attributes:
        question: A session that asks.
        attention: A session that waits.
        alerts: Budgets and the like.
        silent_reasons: Reasons of a status that nobody needs to be told.
        sound: With a sound, as the desktop or the terminal has it.
        quiet_from, quiet_until: Nothing is told from the one time of day to the other, in the zone
            of `display.timezone`; it may be over midnight. Empty or equal: never quiet.
        via: The desktop's notifications, the terminal's, or none of them; `auto` is the desktop's
            where there is one.
    """

    question: bool = True
    attention: bool = True
    alerts: bool = True
    silent_reasons: Reasons = OWN_DOING
    sound: bool = False
    quiet_from: ClockTime = ""
    quiet_until: ClockTime = ""
    via: Via = "auto"
