"""Whatever is reported, in whatever order and batches, the totals are those of a simple model."""

from collections.abc import Iterator
from itertools import groupby

from hypothesis import given, settings, strategies as st
from msgspec.structs import replace
from tests.usage.asking import NOON_MS, add, added, new_ledger, query, sums_that_differ, totals

from agent_console.model.metadata import SessionMetadata
from agent_console.usage.entries import AddUsage
from agent_console.usage.writing.ledger import Ledger

SESSIONS = ("aaaaaaaa-0000-4000-8000-00000000000a", "bbbbbbbb-0000-4000-8000-00000000000b")
counts = st.sampled_from([0, 1, 2, 3, 1000, 2**53 - 1])


@st.composite
def entries(draw: st.DrawFn) -> AddUsage:
    return add(
        draw(st.sampled_from([None, "m1", "m2", "m3", "m4"])),
        session=draw(st.sampled_from(SESSIONS)),
        at_ms=NOON_MS + draw(st.integers(-(10**7), 10**7)),
        input_tokens=draw(counts),
        output_tokens=draw(counts),
        cache_creation_tokens=draw(counts),
        cache_read_tokens=draw(counts),
        cost_usd=draw(st.sampled_from([0.0, 0.1, 0.2, 0.0001, 1e-9])),
        duration_ms=draw(st.integers(0, 100)),
        turns=draw(st.integers(0, 3)),
    )


def split(reported: list[AddUsage], cuts: list[bool]) -> Iterator[list[AddUsage]]:
    """Batches: a new one begins where `cuts` says so."""
    batch_of: list[int] = []
    for number in range(len(reported)):
        before = batch_of[-1] if batch_of else 0
        batch_of.append(before + (number < len(cuts) and cuts[number]))
    for _, group in groupby(range(len(reported)), key=batch_of.__getitem__):
        yield [reported[number] for number in group]


def size(entry: AddUsage) -> int:
    upsert = entry.upsert
    return (
        upsert.input_tokens
        + upsert.output_tokens
        + upsert.cache_creation_tokens
        + upsert.cache_read_tokens
    )


def expected(reported: list[AddUsage]) -> dict[str, tuple[int, ...]]:
    """Sums over the rows that stand: nano-dollars last but two."""
    rows: list[tuple[str, AddUsage, float]] = []
    places: dict[str, int] = {}
    for entry in reported:
        key = entry.upsert.message_id
        cost = entry.upsert.cost_usd
        place = None if key is None else places.get(key)
        if place is None:
            if key is not None:
                places[key] = len(rows)
            rows.append((entry.upsert.session_id, entry, cost))
            continue
        session, stands, earlier_cost = rows[place]
        if size(entry) > size(stands):
            rows[place] = (session, entry, cost or earlier_cost)
        elif size(entry) == size(stands):
            both = (entry.upsert, stands.upsert)
            spent = {
                "duration_ms": max(upsert.duration_ms for upsert in both),
                "turns": max(upsert.turns for upsert in both),
            }
            stands = replace(stands, upsert=replace(stands.upsert, **spent))
            rows[place] = (session, stands, max(cost, earlier_cost))
    sums: dict[str, tuple[int, ...]] = {}
    for session, entry, cost in rows:
        upsert = entry.upsert
        figures = (
            upsert.input_tokens,
            upsert.output_tokens,
            upsert.cache_creation_tokens,
            upsert.cache_read_tokens,
            round(cost * 1e9),
            upsert.duration_ms,
            upsert.turns,
        )
        before = sums.get(session, (0,) * len(figures))
        sums[session] = tuple(a + b for a, b in zip(before, figures, strict=True))
    return sums


def figures_of(told: SessionMetadata | None) -> tuple[int, ...] | None:
    if told is None:
        return None
    return (
        told.total_input_tokens,
        told.total_output_tokens,
        told.total_cache_creation_tokens,
        told.total_cache_read_tokens,
        round(told.total_cost_usd * 1e9),
        told.total_duration_ms,
        told.turns_used,
    )


def check(ledger: Ledger, reported: list[AddUsage]) -> None:
    model = expected(reported)
    for session in SESSIONS:
        assert figures_of(totals(ledger, session)) == model.get(session)
    assert sums_that_differ(ledger.path) == []
    assert query(ledger.path, "PRAGMA foreign_key_check") == []


@settings(max_examples=150, deadline=None)
@given(st.lists(entries(), max_size=14), st.lists(st.booleans(), max_size=14))
def test_totals_are_those_of_the_model(reported: list[AddUsage], cuts: list[bool]) -> None:
    with new_ledger() as ledger:
        for batch in split(reported, cuts):
            ledger.carry_out(batch)
        check(ledger, reported)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_order_and_repetition_of_one_sessions_messages_do_not_matter(data: st.DataObject) -> None:
    """Where no two reports of one message are equally large, the largest stands in any order."""
    growing = [
        add(f"m{message}", output_tokens=tokens, cost_usd=0.1 * tokens, at_ms=NOON_MS + message)
        for message, most in enumerate(data.draw(st.lists(st.integers(1, 4), max_size=4)))
        for tokens in range(1, most + 1)
    ]
    shuffled = data.draw(st.permutations(growing * 2))
    with new_ledger() as ledger:
        for batch in split(shuffled, data.draw(st.lists(st.booleans(), max_size=20))):
            ledger.carry_out(batch)
        largest = [
            max((entry for entry in growing if entry.upsert.message_id == key), key=size)
            for key in {entry.upsert.message_id for entry in growing}
        ]
        told = totals(ledger, growing[0].upsert.session_id) if growing else None
        assert (0 if told is None else told.total_output_tokens) == sum(map(size, largest))
        assert sums_that_differ(ledger.path) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(entries(), max_size=10), st.lists(st.booleans(), max_size=10))
def test_answers_tell_the_totals_of_their_moment(
    reported: list[AddUsage], cuts: list[bool]
) -> None:
    """A replica built from the answers alone equals the ledger."""
    replica: dict[str, SessionMetadata] = {}
    gained: dict[str, int] = {}
    with new_ledger() as ledger:
        for batch in split(reported, cuts):
            for result in ledger.carry_out(batch):
                told = added(result)
                replica[told.totals.session_id] = told.totals
                if told.moved is not None:
                    replica[told.moved.session_id] = told.moved
                if told.usage is not None:
                    owner = told.usage.session_id
                    gained[owner] = gained.get(owner, 0) + told.usage.output_tokens
        for session, known in replica.items():
            assert (totals(ledger, session) or SessionMetadata(session)) == known
            assert gained.get(session, 0) == known.total_output_tokens
