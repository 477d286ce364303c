"""Which family and generation a model of Claude is, by its name.

Rule: a name is read, never looked up, so this costs nothing and knows models of tomorrow. Names
that are not Claude's have no generation.

Known spellings: `claude-opus-4-6`, `claude-opus-4.6`, `claude-sonnet-4-20250514` (4.0),
`claude-3-7-sonnet-20250219`, each also inside a longer name of a cloud (`us.anthropic.…-v1:0`,
`…@20250514`, `anthropic/…`).
"""

import re  # each is compiled when it is first used: most who import this price nothing new

from msgspec import Struct

_FAMILIES = "opus|sonnet|haiku|fable|mythos"
# A version has one or two digits; eight are a date.
_NUMBER = r"(\d{1,2})(?!\d)"
_FAMILY_FIRST = rf"claude-({_FAMILIES})-{_NUMBER}(?:[-.]{_NUMBER})?"
_NUMBER_FIRST = rf"claude-{_NUMBER}(?:[-.]{_NUMBER})?-({_FAMILIES})"


class Generation(Struct, frozen=True):
    """`claude-opus-4-6` is the family `opus` and the version (4, 6)."""

    family: str
    version: tuple[int, int]


def generation(model: str) -> Generation | None:
    """The family and version that `model` names; null when it names none of Claude's."""
    if found := re.search(_FAMILY_FIRST, model, re.IGNORECASE):
        family, major, minor = found.groups()
    elif found := re.search(_NUMBER_FIRST, model, re.IGNORECASE):
        major, minor, family = found.groups()
    else:
        return None
    return Generation(family.lower(), (int(major), int(minor or 0)))


def is_claude(model: str) -> bool:
    """The name is one of Anthropic's models, of whatever generation."""
    return "claude" in model.lower()
