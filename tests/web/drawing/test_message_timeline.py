"""A session's messages along time, with what each wrote to the cache and read from it."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from agent_console.usage.reports.session_messages import Counted, Message
from agent_console.web.drawing.message_timeline import (
    LANES,
    PARTS,
    message_timeline,
    timeline_words,
)
from agent_console.web.elements.themes import Ink

OPUS, HAIKU = "claude-opus-5", "claude-haiku-4-5"
NOON_MS = 1_795_003_200_000


def said(at_ms: int, *, model: str = OPUS, written: int = 0, read: int = 0) -> Message:
    used = Counted(10, 20, written, read, Decimal("0.5"), 2)
    return Message(f"m{at_ms}", "assistant", NOON_MS + at_ms, model, counted=used)


def asked(at_ms: int) -> Message:
    return Message(f"u{at_ms}", "user", NOON_MS + at_ms)


MESSAGES = [
    asked(0),
    said(1_000, written=9_000),
    asked(50_000),
    said(60_000, written=1_000, read=80_000),
    said(90_000, model=HAIKU, read=500),
]


def marks(messages: list[Message], lane: str, zone: str = "UTC") -> list[dict[str, object]]:
    """What is drawn in a lane."""
    drawn = message_timeline(
        messages, {OPUS: "#111111", HAIKU: "#222222"}, Ink("dark"),
        time=lambda at_ms: f"at {at_ms - NOON_MS}", zone=ZoneInfo(zone),
    )  # fmt: skip
    number = LANES.index(lane)
    return [
        {**mark, "colour": series["color"]}
        for series in drawn["series"]
        for mark in series["data"]
        if mark["value"][1] == number
    ]


def test_writes_and_reads_are_marked_where_they_happened() -> None:
    written, read = marks(MESSAGES, "Cache write"), marks(MESSAGES, "Cache read")

    assert [mark["value"] for mark in written] == [[NOON_MS + 1_000, 1], [NOON_MS + 60_000, 1]]
    assert [mark["name"] for mark in read] == [
        "at 60000  Cache read: 80.0k tokens", "at 90000  Cache read: 500 tokens",
    ]  # fmt: skip
    assert written[0]["colour"] == Ink("dark")("cache_write")


def test_what_is_more_is_larger() -> None:
    most, least = (mark["symbolSize"] for mark in marks(MESSAGES, "Cache write"))

    assert float(str(most)) > float(str(least))


def test_each_model_has_its_colour() -> None:
    assert [mark["colour"] for mark in marks(MESSAGES, "Model")] == ["#111111"] * 2 + ["#222222"]
    assert len(marks(MESSAGES, "Person")) == 2


def test_a_long_session_has_no_more_marks_than_can_be_told_apart() -> None:
    long = [said(number * 1_000, written=10) for number in range(20 * PARTS)]
    drawn = marks(long, "Cache write")

    assert len(drawn) <= PARTS + 1
    assert "200 tokens (20 messages)" in str(drawn[0]["name"])


def test_times_are_those_of_the_persons_zone() -> None:
    (first, *_) = marks(MESSAGES, "Cache write", "Asia/Kolkata")

    assert first["value"] == [NOON_MS + 1_000 + int(5.5 * 3_600_000), 1]


def test_a_session_without_messages_has_no_timeline() -> None:
    assert message_timeline([], {}, Ink("paper"), time=str, zone=None) == {}


def test_the_same_is_said_in_words() -> None:
    assert timeline_words(MESSAGES) == (
        "5 messages; 2 cache writes of 10.0k tokens, 2 cache reads of 80.5k"
    )
