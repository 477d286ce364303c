"""A list of messages says what it holds, and names what is no message."""

import pytest

from agent_console.board.message_words import message_words, said_in
from agent_console.usage.reports.session_messages import Message


def listed(**roles: int) -> list[Message]:
    return [
        Message(f"{role}{number}", role, 0)
        for role, many in roles.items()
        for number in range(many)
    ]


@pytest.mark.parametrize(
    ("messages", "count", "words"),
    [
        (listed(user=25, assistant=25, unlisted=2), 50, "50 messages, 2 unlisted"),
        (listed(unlisted=1, user=1), 1, "1 message, 1 unlisted"),
        (listed(assistant=1_025), 2_050, "1,025 of 2,050 messages"),
        (listed(assistant=1), None, "1 message"),
        (listed(), 0, "0 messages"),
        (
            listed(error=2, compaction=1, advisor=3, assistant=12, unlisted=4, other=5),
            12,
            "12 messages, 4 unlisted, 3 advisor calls, 1 compaction, 2 errors, 5 others",
        ),
    ],
)
def test_what_is_no_message_is_named_beside_them(
    messages: list[Message], count: int | None, words: str
) -> None:
    assert message_words(messages, count) == words


def test_only_what_a_person_or_a_model_said_is_a_message() -> None:
    assert said_in(listed(user=2, assistant=3, unlisted=4, error=5)) == 5
