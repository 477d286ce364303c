"""What a session's list of messages holds, in words: its messages, and what was billed beside them.

Rule: a message is what a person or a model said, here as in every other count of them.
"""

from collections import Counter
from collections.abc import Sequence

from agent_console.model.format import counted, exact_tokens
from agent_console.usage.reports.session_messages import ERROR, USER, Message

SAID = frozenset((USER, "assistant"))
"""Roles of what is a message."""

_BESIDE = {"unlisted": "", "advisor": "advisor call", "compaction": "compaction", ERROR: "error"}
"""What else stands in the list, by role; empty where the role is no noun."""


def said_in(messages: Sequence[Message]) -> int:
    """How many of them a person or a model said."""
    return sum(message.role in SAID for message in messages)


def message_words(messages: Sequence[Message], count: int | None) -> str:
    """`50 messages, 2 unlisted`; `25 of 50 messages` where the others can no longer be read.

    Args:
        messages: Those of the list.
        count: Messages that the session has, as it is told elsewhere; null while nobody knows.
    """
    listed = said_in(messages)
    said = counted(listed, "message")
    if count is not None and count > listed:
        said = f"{exact_tokens(listed)} of {counted(count, 'message')}"
    beside = Counter(message.role for message in messages if message.role not in SAID)
    for role in sorted(beside, key=[*_BESIDE, *beside].index):
        noun = _BESIDE.get(role, role)
        said += (
            f", {counted(beside[role], noun) if noun else f'{exact_tokens(beside[role])} {role}'}"
        )
    return said
