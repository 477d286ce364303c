"""What a look at the database found, and what to do about it.

Rule: a problem never comes without a mend.
"""

from msgspec import Struct

REPAIR = "agent-console db repair"
"""The mend of most of what can be wrong."""


class DatabaseFinding(Struct, frozen=True):
    """One line of a check.

    Attributes:
        check: What was looked at.
        ok: Whether it is as it must be.
        text: What was found, as a sentence.
        mend: What to do; empty when nothing is to be done.
        examples: Some of what is wrong, as the database names it.
    """

    check: str
    ok: bool
    text: str
    mend: str = ""
    examples: tuple[str, ...] = ()
