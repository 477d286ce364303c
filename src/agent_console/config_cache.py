"""What the user calls a good use of the prompt cache: the table `cache` of the configuration."""

from typing import Annotated

from msgspec import Meta, Struct

Percent = Annotated[int, Meta(ge=0, le=100)]


class CacheConfig(Struct, frozen=True):
    """From which hit rates on something is said; `agent-console cache` reads it.

    Attributes:
        goal_percent: Below it the goal is missed, which is said in a note.
        advice_percent: Below it there is advice, and a session counts as a poor user.
        warning_percent: At it and below there is a warning.
    """

    goal_percent: Percent = 50
    advice_percent: Percent = 30
    warning_percent: Percent = 0


MEANINGS = {
    "cache.goal_percent": "So much of what is sent shall come from the prompt cache; "
    "`agent-console cache` says when it does not.",
    "cache.advice_percent": "Below this there is advice, and a session is named as a poor user.",
    "cache.warning_percent": "At this and below there is a warning.",
}
