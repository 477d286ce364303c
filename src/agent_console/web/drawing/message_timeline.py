"""A session's messages along time, with what each wrote to the cache and read from it.

Rule: no NiceGUI here. A mark's size goes with its tokens, its lane says what it is; what would be
too close to tell apart is one mark, whose words say how many it stands for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from math import sqrt
from typing import Any

from msgspec import Struct

from agent_console.board.message_words import message_words
from agent_console.model.format import cost, counted, tokens
from agent_console.model.short_names import short_model
from agent_console.usage.reports.session_messages import Message
from agent_console.web.elements.themes import Ink

LANES = ("Cache read", "Cache write", "Model", "Person")
"""From the bottom to the top."""
READ, WRITE, MODEL, PERSON = range(len(LANES))
PARTS = 240
"""The whole time is so many parts; a lane has one mark in each at most."""
SMALLEST, LARGEST = 7.0, 20.0
"""Pixels."""


class Mark(Struct):
    """Some messages of a lane that are close to each other.

    Attributes:
        at_ms: The first one's time.
        tokens: What it stands for, summed.
        count: How many messages.
        usd: What they cost.
    """

    at_ms: int
    tokens: int
    count: int = 1
    usd: float = 0.0


def message_timeline(
    messages: Sequence[Message],
    hues: Mapping[str, str],
    ink: Ink,
    *,
    time: Callable[[int], str],
    zone: tzinfo | None,
) -> dict[str, Any]:
    """The chart; empty when there is nothing to draw.

    Args:
        messages: In the order of time.
        hues: The colour of each model.
        ink: Colours of everything else.
        time: A moment in words.
        zone: In which times are shown.
    """
    if not messages:
        return {}
    ends = (messages[0].at_ms, messages[-1].at_ms)
    billed = [each for each in messages if each.counted is not None]
    drawn: list[dict[str, Any]] = []

    def lane(number: int, name: str, look: tuple[str, str], marks: Iterable[Mark]) -> None:
        found = _merged(marks, ends)
        most = max((mark.tokens for mark in found), default=0) or 1
        drawn.append(
            {
                "type": "scatter",
                "name": name,
                "symbol": look[0],
                "color": look[1],
                "data": [
                    {
                        "value": [_wall_ms(mark.at_ms, zone), number],
                        "symbolSize": round(
                            SMALLEST + (LARGEST - SMALLEST) * sqrt(mark.tokens / most), 1
                        ),
                        "name": f"{time(mark.at_ms)}  {_words(mark, name)}",
                    }
                    for mark in found
                ],
                "itemStyle": {"opacity": 0.85},
            }
        )

    persons = [Mark(each.at_ms, 0) for each in messages if each.role == "user"]
    lane(PERSON, "Person", ("circle", ink.ground.text), persons)
    for model in dict.fromkeys(each.model or "" for each in billed):
        said = [
            Mark(each.at_ms, each.counted.tokens, usd=float(each.counted.cost_usd or 0))
            for each in billed
            if each.counted is not None and (each.model or "") == model
        ]
        lane(MODEL, short_model(model or None), ("circle", hues.get(model, ink.quiet)), said)
    written, read = cache_marks(messages)
    lane(WRITE, "Cache write", ("triangle", ink("cache_write")), written)
    lane(READ, "Cache read", ("diamond", ink("cache_read")), read)
    quiet = {"color": ink.quiet, "fontSize": 11}
    return {
        "animation": False,
        "useUTC": True,
        "grid": {"left": 8, "right": 16, "top": 6, "bottom": 4, "containLabel": True},
        "tooltip": {
            "trigger": "item",
            "renderMode": "richText",
            "confine": True,
            "backgroundColor": ink.ground.panel,
            "borderColor": ink.quiet,
            "textStyle": {"color": ink.ground.text, "fontSize": 12},
            ":formatter": "mark => mark.name",
        },
        "xAxis": {
            "type": "time",
            "axisLabel": {**quiet, "hideOverlap": True},
            "axisLine": {"lineStyle": {"color": ink.quiet}},
            "splitLine": {"show": False},
        },
        "yAxis": {
            "type": "category",
            "data": list(LANES),
            "axisLabel": quiet,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "splitLine": {"show": True, "lineStyle": {"color": ink.ground.panel}},
        },
        "series": drawn,
    }


def timeline_words(messages: Sequence[Message]) -> str:
    """The same in a sentence, for who does not see it."""
    written, read = cache_marks(messages)
    return (
        f"{message_words(messages, None)}; {counted(len(written), 'cache write')} of "
        f"{tokens(sum(mark.tokens for mark in written))} tokens, "
        f"{counted(len(read), 'cache read')} of {tokens(sum(mark.tokens for mark in read))}"
    )


def cache_marks(messages: Iterable[Message]) -> tuple[list[Mark], list[Mark]]:
    """What was written to the cache, and what was read from it, message by message."""
    written: list[Mark] = []
    read: list[Mark] = []
    for each in messages:
        used = each.counted
        if used is not None and used.cache_write_tokens:
            written.append(Mark(each.at_ms, used.cache_write_tokens))
        if used is not None and used.cache_read_tokens:
            read.append(Mark(each.at_ms, used.cache_read_tokens))
    return written, read


def _merged(marks: Iterable[Mark], ends: tuple[int, int]) -> list[Mark]:
    length = max(1, (ends[1] - ends[0]) / PARTS)
    found: dict[int, Mark] = {}
    for mark in marks:
        part = int((mark.at_ms - ends[0]) / length)
        known = found.get(part)
        if known is None:
            found[part] = mark
        else:
            known.tokens += mark.tokens
            known.count += mark.count
            known.usd += mark.usd
    return list(found.values())


def _words(mark: Mark, name: str) -> str:
    amount = f": {tokens(mark.tokens)} tokens" if mark.tokens else ""
    money = f", {cost(mark.usd)}" if mark.usd else ""
    several = f" ({mark.count} messages)" if mark.count > 1 else ""
    return f"{name}{amount}{money}{several}"


def _wall_ms(at_ms: int, zone: tzinfo | None) -> int:
    """The moment as if the clock on the wall showed UTC: the browser's own zone is not asked."""
    ahead = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).utcoffset()
    return at_ms + (0 if ahead is None else int(ahead.total_seconds() * 1000))
