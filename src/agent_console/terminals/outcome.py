"""What became of a wish to see a session's terminal.

Rule: what cannot be done is a value with one sentence that says what to do, never an exception:
whoever asked has a person in front of it.
"""

from typing import TypeAlias

from msgspec import Struct


class Jumped(Struct, frozen=True, gc=False):
    """The session's terminal is in front.

    Attributes:
        where: Which one, in words: `tmux pane %5 on /dev/pts/3`.
    """

    where: str


class CannotJump(Struct, frozen=True, gc=False):
    """It is not.

    Attributes:
        message: Why, and what to do.
    """

    message: str


class Opened(Struct, frozen=True, gc=False):
    """A command runs in a new window, tab or pane.

    Attributes:
        where: Which one, in words.
    """

    where: str


class CannotOpen(Struct, frozen=True, gc=False):
    """Nothing was opened.

    Attributes:
        message: Why, and what to do.
    """

    message: str


JumpResult: TypeAlias = Jumped | CannotJump
OpenResult: TypeAlias = Opened | CannotOpen
