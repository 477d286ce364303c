"""What a check found, and what to do about it.

Rule: a problem is something that keeps the chain from working, and ends `doctor` with 1; whatever
costs only a convenience is a warning. Neither comes without a mend.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

Level: TypeAlias = Literal["ok", "warning", "problem"]


class Finding(Struct, frozen=True):
    """One line of the examination.

    Attributes:
        check: What was looked at.
        level: How it is.
        text: What was found, as a sentence.
        mend: What to do; empty when nothing is to be done.
    """

    check: str
    level: Level
    text: str
    mend: str = ""


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", text)


def warning(check: str, text: str, mend: str) -> Finding:
    """It works, but not as well as it could."""
    return Finding(check, "warning", text, mend)


def problem(check: str, text: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(check, "problem", text, mend)
