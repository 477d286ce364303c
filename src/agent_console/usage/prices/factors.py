"""What speed, region and service tier multiply a price with: one table, each row with its source.

Rule 1: a factor multiplies every kind of token and no web search. Cache prices are multiples of the
input price, so they grow with it; a search has one published price.
Rule 2: a value that no row and no list of neutral values knows has no published price: the answer
is null and the tokens are unpriced. Never 1 by accident.

A model is told by its name (usage/prices/generation.py). A row without a last version holds for
later versions too, as it did for each that has followed.
"""

from typing import Literal

from msgspec import Struct

from agent_console.usage.prices.generation import generation, is_claude

_PRICING = "https://platform.claude.com/docs/en/about-claude/pricing"
_FAST_MODE = "https://platform.claude.com/docs/en/build-with-claude/fast-mode"
_RESIDENCY = "https://platform.claude.com/docs/en/manage-claude/data-residency"
_BATCH = "https://platform.claude.com/docs/en/build-with-claude/batch-processing"

_ALL = ("opus", "sonnet", "haiku", "fable", "mythos")
_Version = tuple[int, int]


class Factor(Struct, frozen=True):
    """One factor.

    Attributes:
        field: What of a response it depends on, and `value`: what that says.
        families: Of the models that it holds for.
        first, last: Their versions; null: no end on that side.
        numerator, denominator: What the price of each token is multiplied with.
        source, seen_on: Where it was published, and when it was read there.
    """

    field: Literal["speed", "service_tier", "inference_geo"]
    value: str
    families: tuple[str, ...]
    first: _Version | None
    last: _Version | None
    numerator: int
    denominator: int
    source: str
    seen_on: str


FACTORS: tuple[Factor, ...] = (
    # $30 and $150 where the model costs $5 and $25 (over 200,000 tokens $60 and $225).
    Factor("speed", "fast", ("opus",), (4, 6), (4, 7), 6, 1, _FAST_MODE, "2026-11"),
    Factor("speed", "fast", ("opus",), (4, 8), None, 2, 1, _FAST_MODE, "2026-11"),
    Factor("speed", "fast", ("fable", "mythos"), (5, 2), None, 2, 1, _FAST_MODE, "2026-11"),
    Factor("inference_geo", "us", _ALL, (4, 6), None, 11, 10, _PRICING, "2026-11"),
    # They cannot be asked for a region, so whatever is told of it cost nothing.
    Factor("inference_geo", "us", _ALL, None, (4, 5), 1, 1, _RESIDENCY, "2026-11"),
    Factor("service_tier", "batch", _ALL, None, None, 1, 2, _BATCH, "2026-11"),
)

NEUTRAL = {
    "speed": ("", "standard"),
    # Priority is bought beforehand; what it is billed at is its contract's affair.
    "service_tier": ("", "standard", "priority", "default", "auto"),
    "inference_geo": ("", "global", "not_available"),
}
"""What costs what the model costs."""


def factor(model: str, speed: str, service_tier: str, inference_geo: str) -> tuple[int, int] | None:
    """All factors of a response as one fraction; null when some value has no published price.

    Args:
        model: Its name as the response has it.
        speed: As the response has it, like the others; empty where it has none.
        service_tier: Which of the API's tiers served it.
        inference_geo: Where it was computed.
    """
    numerator = denominator = 1
    told = {"speed": speed, "service_tier": service_tier, "inference_geo": inference_geo}
    for name, value in told.items():
        if value in NEUTRAL[name]:
            continue
        found = _row(model, name, value)
        if found is None:
            return None
        numerator *= found.numerator
        denominator *= found.denominator
    return numerator, denominator


def _row(model: str, field: str, value: str) -> Factor | None:
    model_is = generation(model) if is_claude(model) else None
    if model_is is None:
        return None
    for row in FACTORS:
        if (
            row.field == field
            and row.value == value
            and model_is.family in row.families
            and (row.first is None or model_is.version >= row.first)
            and (row.last is None or model_is.version <= row.last)
        ):
            return row
    return None
