"""Which of several accounts of one response stands, and that it does not matter who tells first."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from agent_console.usage.rows import Facet, Figures, Source
from agent_console.usage.tables import accounts as accounts_module
from agent_console.usage.tables.accounts import NO_CLAIM, Account, merged
from agent_console.usage.tables.file_reading import CLAIM_COPY, CLAIM_ECHO, CLAIM_SIDECHAIN

MODEL = "claude-opus-5"
ECHO = CLAIM_ECHO | CLAIM_SIDECHAIN
LOWER_BOUND_BELOW = 4


def transcript(
    tokens: int, claim: int = 0, *, at_ms: int = 50, whole: bool = True, cost: int = 0
) -> Account:
    """A transcript's account; where it belongs follows from its claim."""
    facet = Facet(f"/{claim}", model=MODEL, speed="fast", output_is_lower_bound=not whole)
    figures = Figures(output_tokens=tokens, reported_nano_usd=cost)
    told = Account(10 + claim, at_ms, Source.TRANSCRIPT, figures, facet, claim, source_no=claim)
    return replace(told, agent=f"a{claim}", web_fetches=tokens)


def kept(five: int, hour: int, claim: int = 0, *, at_ms: int = 50) -> Account:
    """A transcript's account of cache writes; their model and speed follow from how they are."""
    told = transcript(five + hour, claim, at_ms=at_ms)
    figures = Figures(cache_write_5m_tokens=five, cache_write_1h_tokens=hour)
    facet = replace(told.facet, model=f"m{five}", speed="fast" if five else "")
    return replace(told, figures=figures, facet=facet, web_fetches=five)


def upsert(
    tokens: int, *, at_ms: int = 50, cost: int = 0, duration_ms: int = 0, model: str = ""
) -> Account:
    """An UPSERT's account."""
    figures = Figures(0, tokens, 0, 0, 0, 0, cost, duration_ms)
    return Account(1, at_ms, Source.UPSERT, figures, Facet("/upsert", model=model))


def told_nowhere(five: int, hour: int) -> Account:
    """The same by a line without a working directory."""
    told = kept(five, hour)
    return replace(told, facet=replace(told.facet, project=""))


def outcome(accounts: list[Account]) -> Account:
    """What stands after all of them."""
    first, *others = accounts
    for other in others:
        first = merged(first, other)
    return first


CASES: dict[str, tuple[list[Account], dict[str, Any]]] = {
    "the larger transcript stands": (
        [transcript(3), transcript(500), transcript(3)],
        {"output_tokens": 500},
    ),
    "a copy says how much, the original whose it is": (
        [transcript(500, CLAIM_COPY), transcript(3)],
        {"output_tokens": 500, "session_no": 10, "project": "/0"},
    ),
    "the main line beats a larger sidechain": (
        [transcript(9, CLAIM_SIDECHAIN), transcript(9)],
        {"session_no": 10, "agent": "a0"},
    ),
    "the earliest line says when": (
        [transcript(9, at_ms=30), transcript(9, CLAIM_COPY, at_ms=20)],
        {"at_ms": 20},
    ),
    "of equals the earliest says how they were kept": (
        [kept(0, 9, at_ms=20), kept(9, 0, at_ms=30)],
        {"hour": 9, "model": "m0", "speed": "", "web_fetches": 0},
    ),
    "also with the worse claim": (
        [kept(0, 9, CLAIM_COPY, at_ms=20), kept(9, 0, at_ms=30)],
        {"hour": 9, "model": "m0", "session_no": 10},
    ),
    "of equals at the same time the breakdown says it": (
        [kept(5, 4), kept(9, 0, CLAIM_COPY), kept(2, 7, CLAIM_SIDECHAIN)],
        {"hour": 7, "model": "m2"},
    ),
    "the larger account says how they were kept, later or not": (
        [kept(9, 1, at_ms=30), kept(0, 9, at_ms=20)],
        {"hour": 1, "at_ms": 20},
    ),
    "a project is told by whoever knows it": (
        [told_nowhere(5, 0), kept(0, 3, CLAIM_COPY)],
        {"project": f"/{CLAIM_COPY}", "session_no": 10},
    ),
    "an echo says nothing beside a line, not even when": (
        [transcript(900, ECHO, at_ms=1), transcript(5, CLAIM_SIDECHAIN)],
        {"output_tokens": 5, "at_ms": 50, "claim": CLAIM_SIDECHAIN},
    ),
    "an echo alone counts": ([transcript(3, ECHO)], {"output_tokens": 3, "claim": ECHO}),
    "the larger of two echoes counts": (
        [transcript(3, ECHO), transcript(7, ECHO)],
        {"output_tokens": 7},
    ),
    "an echo says where an UPSERT belongs, and nothing else": (
        [transcript(900, ECHO, at_ms=1), upsert(5, cost=7)],
        {"output_tokens": 5, "at_ms": 50, "claim": ECHO, "project": f"/{ECHO}", "cost": 7},
    ),
    "a line corrects an UPSERT that an echo stands beside": (
        [transcript(900, ECHO), upsert(5, cost=7, duration_ms=70), transcript(9)],
        {"output_tokens": 9, "cost": 0, "duration_ms": 70, "project": "/0"},
    ),
    "an UPSERT that an echo stands beside is larger than the line": (
        [transcript(3, ECHO), upsert(12, cost=7), transcript(9)],
        {"output_tokens": 12, "cost": 7, "project": "/0"},
    ),
    "a duration outlives the transcript's larger figures": (
        [transcript(9), upsert(5, cost=7, duration_ms=70)],
        {"output_tokens": 9, "cost": 0, "duration_ms": 70, "source": Source.TRANSCRIPT},
    ),
    "the larger UPSERT stands and the line says where": (
        [upsert(900, cost=7), transcript(100)],
        {"output_tokens": 900, "cost": 7, "project": "/0", "source": Source.UPSERT},
    ),
    "of equals the transcript knows more, the UPSERT what it cost": (
        [upsert(9, cost=7), transcript(9)],
        {"source": Source.TRANSCRIPT, "cost": 7, "web_fetches": 9},
    ),
    "a lower bound is one no longer when the end was seen": (
        [transcript(3, whole=False), transcript(5)],
        {"output_is_lower_bound": False},
    ),
    "a lower bound stays one while nobody saw the end": (
        [transcript(3, whole=False), transcript(2, CLAIM_COPY, whole=False)],
        {"output_is_lower_bound": True},
    ),
    "a model is told by whoever knows it": (
        [upsert(9), transcript(3)],
        {"model": MODEL, "speed": "fast"},
    ),
}


def said(account: Account) -> dict[str, Any]:
    """Everything of it by one name each."""
    names = ("session_no", "at_ms", "source", "claim", "agent", "web_fetches")
    facet = account.facet
    return {name: getattr(account, name) for name in names} | {
        "output_tokens": account.figures.output_tokens,
        "hour": account.figures.cache_write_1h_tokens,
        "duration_ms": account.figures.duration_ms,
        "cost": account.figures.reported_nano_usd,
        "project": facet.project,
        "model": facet.model,
        "speed": facet.speed,
        "output_is_lower_bound": facet.output_is_lower_bound,
    }


@pytest.mark.parametrize("case", CASES)
def test_what_stands_of_several_accounts_in_every_order(case: str) -> None:
    accounts, expected = CASES[case]
    for order in permutations(accounts):
        stands = said(outcome(list(order)))
        assert {name: stands[name] for name in expected} == expected


def test_what_is_told_again_is_nothing_new() -> None:
    for accounts, _ in CASES.values():
        stands = outcome(accounts)
        assert all(merged(stands, each) is stands for each in accounts)


times = st.integers(1, 9)


@st.composite
def accounts(draw: st.DrawFn) -> list[Account]:
    """What may be told of one response: larger lines saw more of it, larger UPSERTs cost more."""
    told: list[Account] = []
    for claim in draw(st.lists(st.sampled_from([0, 1, 2, 3, ECHO, ECHO]), max_size=4)):
        size = draw(st.integers(1, 9))
        whole = size >= LOWER_BOUND_BELOW
        told.append(transcript(size, claim, at_ms=draw(times), whole=whole))
    sizes = draw(st.lists(st.integers(1, 9), min_size=not told, max_size=3))
    return told + [
        upsert(size, at_ms=draw(times), cost=size * 10, duration_ms=size, model=MODEL)
        for size in sizes
    ]


@settings(max_examples=400)
@given(st.data())
def test_the_order_and_repetition_of_accounts_do_not_matter(data: st.DataObject) -> None:
    told = data.draw(accounts())
    again = data.draw(st.lists(st.sampled_from(told), max_size=3))
    shuffled = data.draw(st.permutations([*told, *again]))
    assert outcome(list(shuffled)) == outcome(told)


two_transcripts = st.lists(
    st.builds(
        kept,
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from([0, 1, 2, 3, ECHO]),
        at_ms=st.integers(1, 3),
    ),
    min_size=2,
    max_size=2,
)


@settings(max_examples=400)
@given(two_transcripts)
def test_of_two_transcripts_it_does_not_matter_which_is_read_first(told: list[Account]) -> None:
    stands = outcome(told)
    assert stands == outcome(told[::-1])
    assert all(merged(stands, each) is stands for each in told)


few = st.integers(0, 1)
alike = st.builds(
    Account,
    few,
    at_ms=few,
    source=st.sampled_from([Source.TRANSCRIPT, Source.TRANSCRIPT, Source.UPSERT]),
    figures=st.builds(Figures, output_tokens=few, reported_nano_usd=few, duration_ms=few),
    facet=st.builds(
        Facet,
        project=st.sampled_from(["", "/p", "/q"]),
        model=st.sampled_from(["", MODEL]),
        speed=st.sampled_from(["", "fast"]),
        output_is_lower_bound=st.booleans(),
    ),
    claim=st.sampled_from([0, CLAIM_COPY, CLAIM_SIDECHAIN, ECHO, ECHO | CLAIM_COPY]),
    source_no=few,
    web_fetches=few,
).map(lambda each: each if each.source == Source.TRANSCRIPT else replace(each, claim=NO_CLAIM))


def never(_earlier: Account, _told: Account) -> bool:
    return False


@settings(max_examples=1_000)
@given(alike, st.data())
def test_what_mostly_tells_nothing_new_is_found_the_long_way_too(
    earlier: Account, data: st.DataObject
) -> None:
    other = data.draw(alike)
    told = data.draw(st.sampled_from([other, replace(other, figures=earlier.figures)]))
    short = merged(earlier, told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts_module, "_is_told_again", never)
        long = merged(earlier, told)
    assert short == long
    assert (short is earlier) == (long is earlier)


@settings(max_examples=400)
@given(accounts(), accounts())
def test_accounts_may_be_joined_in_groups(one: list[Account], other: list[Account]) -> None:
    assert outcome([*one, outcome(other)]) == outcome([*one, *other])


def test_no_claim_is_worse_than_any() -> None:
    assert NO_CLAIM > CLAIM_COPY | CLAIM_SIDECHAIN | CLAIM_ECHO
    assert replace(upsert(1), claim=0).is_echo is False
