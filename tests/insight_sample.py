"""Ten weeks of somebody's work, for the samples of insight in the README."""

import random
from collections.abc import Iterator

from tests.usage.reports.ledgers import DAY_MS, HAIKU, HOUR_MS, NOON_MS, OPUS, Message

WEB, API, NOTES = "/home/user/web", "/home/user/api", "/home/user/notes"
MINUTE_MS = 60_000
WEEKS = 10
MORNING_MS = NOON_MS - 3 * HOUR_MS
_WEEKDAYS = 7
_WILD_DAY = 2
"""Days ago: somebody let a session run on and on."""


def work() -> Iterator[Message]:
    """What was used, the latest day first; it ends on a Friday at noon."""
    rng = random.Random(7)
    for back in range(WEEKS * _WEEKDAYS):
        is_weekend = (4 - back) % _WEEKDAYS >= 5
        for number in range(1 if is_weekend else 4):
            project = rng.choice([WEB, WEB, API] if number else [NOTES, API])
            model = HAIKU if rng.random() < min(0.1 + back / 90, 0.8) else OPUS
            is_wild = back == _WILD_DAY and number == 3
            yield from session(
                rng,
                f"{1_000 + back * 10 + number:04x}{rng.randrange(1 << 16):04x}-1111-4111-8111-1111",
                MORNING_MS - back * DAY_MS + number * 40 * MINUTE_MS,
                project,
                model,
                170 if is_wild else rng.randint(8, 24),
            )
    for step in range(12):
        yield Message(
            NOON_MS - DAY_MS + step * MINUTE_MS,
            "5c41d7aa-1111-4111-8111-1111",
            API,
            OPUS,
            branch="main",
            input_tokens=31_000 + step * 900,
            output_tokens=350,
        )


def session(  # noqa: PLR0917 - what tells it from others
    rng: random.Random, name: str, at_ms: int, project: str, model: str, responses: int
) -> Iterator[Message]:
    """One session: each response reads what was written before, mostly."""
    context = 18_000
    branch = rng.choice(["main", "SHOP-12-basket", "SHOP-31-search", "API-7-limits"])
    for step in range(responses):
        written = rng.randint(800, 6_000)
        is_cold = step == 0 or rng.random() < 0.04
        yield Message(
            at_ms + step * MINUTE_MS + rng.randrange(MINUTE_MS),
            name,
            project,
            model,
            branch=branch,
            input_tokens=rng.randint(3, 200),
            output_tokens=rng.randint(100, 3_000),
            cache_write_1h_tokens=written + (context if is_cold else 0),
            cache_read_tokens=0 if is_cold else context,
        )
        context += written
