"""What one response used and how its lines differ from the usual, by oddity.

Rule: nothing is written here; response.py writes what is planned.
"""

import random

from msgspec import Struct, field
from msgspec.structs import replace
from tests.bench.corpus.session import Session
from tests.bench.corpus.truth import Kind
from tests.bench.corpus.usage import Usage, iteration


class Extra(Struct, frozen=True):
    """A part of a response that is billed beside it, from its iterations."""

    kind: Kind
    key_suffix: str
    model: str
    usage: Usage


class Planned(Struct):
    """One response.

    Attributes:
        usage: With the output that the best line tells.
        known_output_tokens: What the client knows of its output; more than is told when the
            stream was cut.
        request_ids: JSON of them; null: no line has one. Lines are written once for each.
        extras: Billed beside it.
    """

    model: str
    usage: Usage
    message_id: str | None
    request_ids: list[str | None]
    known_output_tokens: int = 0
    is_lower_bound: bool = False
    grows: bool = False
    has_spaces: bool = False
    has_bad_bytes: bool = False
    has_null_input: bool = False
    extras: list[Extra] = field(default_factory=list[Extra])


def planned(session: Session, oddity: str, *, context: int, grown: int) -> Planned:
    """Plan a response.

    Args:
        oddity: What is odd about it; empty: nothing.
        context: Tokens that are in the cache already, and
        grown: tokens that are new since then.
    """
    rng = session.rng
    output = session.sizes.around(rng, 180, 1.1)
    if session.era.placeholders:
        output = rng.choice((1, 1, 2, 3, 4, 5))
    usage = Usage(
        rng.randint(1, 12),
        output,
        0 if session.one_hour else grown,
        grown if session.one_hour else 0,
        context,
    )
    plan = Planned(
        session.model,
        usage,
        f"msg_01{rng.getrandbits(112):028x}"[:28],
        [f'"req_011C{rng.getrandbits(80):020x}"'],
        is_lower_bound=session.era.placeholders,
    )
    if session.era.echoes and rng.random() < 0.15:
        plan.is_lower_bound = True
        plan.usage = replace(usage, output_tokens=rng.choice((1, 2, 3)))
    if oddity:
        _make_odd(session, plan, oddity)
        session.truth.count(oddity)
    return plan


def _make_odd(session: Session, plan: Planned, oddity: str) -> None:
    rng = session.rng
    match oddity:
        case "two request ids":
            plan.request_ids.append(f'"req_011C{rng.getrandbits(80):020x}"')
        case "no request id":
            plan.request_ids = [None]
        case "null request id":
            plan.request_ids = ["null"]
        case "no message id":
            plan.message_id = None
        case "null in a tool's input":
            plan.has_null_input = True
        case "spaces":
            plan.has_spaces = True
        case "bad UTF-8":
            plan.has_bad_bytes = True
        case "output grows":
            plan.grows = True
        case "advisor" | "compaction iteration":
            _bill_beside(session, plan, oddity)
        case "aborted stream":
            plan.known_output_tokens = plan.usage.output_tokens + 1
            plan.usage = replace(plan.usage, output_tokens=1, shape="aborted")
            plan.is_lower_bound = True
        case "unknown model":
            plan.model = "claude-zephyr-9"
        case "other model":
            plan.model = session.era.small_model
        case _:
            plan.usage = _odd_usage(rng, plan.usage, oddity)


def _odd_usage(rng: random.Random, usage: Usage, oddity: str) -> Usage:
    all_5m = usage.cache_write_5m_tokens + usage.cache_write_1h_tokens
    as_5m = replace(usage, cache_write_5m_tokens=all_5m, cache_write_1h_tokens=0)
    match oddity:
        case "null fields":
            return replace(as_5m, shape="nulls")
        case "no breakdown":
            return replace(as_5m, shape="flat")
        case "flat above breakdown":
            untold = rng.randint(100, 5_000)
            told = usage.cache_write_5m_tokens + untold
            return replace(usage, cache_write_5m_tokens=told, untold_5m_tokens=untold)
        case "cache only":
            return replace(usage, input_tokens=0, output_tokens=0)
        case "long prompt":
            return replace(usage, cache_read_tokens=200_000 + rng.randint(1, 400_000))
        case "plain iteration":
            return replace(usage, iterations=iteration("message", usage))
        case "fallback":
            refused = iteration("fallback_message", usage, model="claude-fable-5")
            return replace(usage, iterations=refused)
        case "web search":
            return replace(usage, web_searches=rng.randint(1, 6))
        case "fast":
            return replace(usage, speed="fast")
        case "us geo":
            return replace(usage, inference_geo="us")
        case "batch":
            return replace(usage, service_tier="batch")
        case _:
            raise ValueError(oddity)


def _bill_beside(session: Session, plan: Planned, oddity: str) -> None:
    rng = session.rng
    own = iteration("message", plan.usage)
    if oddity == "advisor":
        used = Usage(rng.randint(500, 90_000), rng.randint(50, 2_000))
        model = session.era.models[0]
        plan.extras.append(Extra("advisor", "advisor", model, used))
        other = iteration("advisor_message", used, model=model)
    else:
        used = Usage(rng.randint(100_000, 190_000), rng.randint(1_000, 5_000))
        plan.extras.append(Extra("compaction", "compaction", plan.model, used))
        other = iteration("compaction", used)
    plan.usage = replace(plan.usage, iterations=f"{other},{own}")
