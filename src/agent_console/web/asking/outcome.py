"""What came out of long work.

Rule: no NiceGUI here.
"""

from typing import Literal

from msgspec import Struct


class Fact(Struct, frozen=True):
    """A line below it.

    Attributes:
        is_fine: Otherwise it has the colour of trouble.
    """

    name: str
    words: str
    is_fine: bool = True


class Outcome(Struct, frozen=True):
    """What is told of it.

    Attributes:
        sentence: What came out, and what to do when that is not well.
        kind: How it is told.
        facts: What there is to read at leisure.
        has_changed: The ledger is another one now.
        is_damage: The ledger is damaged, and cannot be mended where it is.
    """

    sentence: str
    kind: Literal["positive", "warning", "negative"] = "positive"
    facts: tuple[Fact, ...] = ()
    has_changed: bool = False
    is_damage: bool = False
