"""What transcripts tell goes into the ledger exactly once, and to whom it belongs."""

from collections.abc import Iterable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.usage.asking import NOON_MS, OTHER, SESSION, add, do, query, sums_that_differ, totals
from tests.usage.ingest.telling import MODEL, by_session, cost_state, reading, response, take

from agent_console.usage.tables import facets
from agent_console.usage.tables.file_reading import (
    CLAIM_COPY,
    CLAIM_ECHO,
    CLAIM_SIDECHAIN,
    FileReading,
)
from agent_console.usage.writing.ledger import Ledger

BOTH_ORDERS = list(permutations((0, 1)))


def in_order(ledger: Ledger, order: tuple[int, ...], *readings: FileReading) -> None:
    """Each in a transaction of its own."""
    for number in order:
        take(ledger, readings[number])
    assert sums_that_differ(ledger.path) == []


def forks(ledger: Ledger) -> dict[str, str | None]:
    """Of each session the one that it is a copy of."""
    return dict(
        query(
            ledger.path,
            "SELECT fork.session_id, origin.session_id FROM sessions fork "
            "LEFT JOIN sessions origin ON fork.forked_from_no = origin.session_no",
        )
    )


def test_a_response_is_a_row_of_its_session(ledger: Ledger) -> None:
    taken = take(ledger, reading(response("m1"), response("m2", minute=1)))
    told = totals(ledger)
    assert told is not None
    assert (told.total_input_tokens, told.total_output_tokens) == (20, 200)
    assert taken.sessions == [told]
    assert [entry.message_id for entry in taken.usage] == ["m1", "m2"]
    assert sums_that_differ(ledger.path) == []


def test_a_reading_counts_only_from_the_state_it_began_with(ledger: Ledger) -> None:
    first = reading(response("m1"))
    take(ledger, first)
    assert take(ledger, first).passed_over == [first.after.path]
    second = reading(response("m2"), before=first.after)
    assert take(ledger, second).passed_over == []
    assert take(ledger, second).passed_over == [first.after.path]
    assert by_session(ledger) == {SESSION: (20, 200)}


def test_a_response_that_grows_later_moves_the_sums_by_the_difference(ledger: Ledger) -> None:
    first = reading(response("m1", output_tokens=3))
    take(ledger, first)
    taken = take(ledger, reading(response("m1", output_tokens=500), before=first.after))
    assert by_session(ledger) == {SESSION: (10, 500)}
    assert [entry.output_tokens for entry in taken.usage] == [497]


def test_a_response_keeps_the_time_of_its_first_line(ledger: Ledger) -> None:
    first = reading(response("m1", minute=20, output_tokens=500))
    take(ledger, first)
    take(ledger, reading(response("m1", output_tokens=3), before=first.after))
    assert query(ledger.path, "SELECT at_ms, output_tokens FROM messages") == [(NOON_MS, 500)]
    assert sums_that_differ(ledger.path) == []


@pytest.mark.parametrize("order", BOTH_ORDERS)
@pytest.mark.parametrize("minute", [0, 5])
def test_of_transcripts_that_tell_as_much_the_earliest_says_how_it_was_kept(
    ledger: Ledger, order: tuple[int, ...], minute: int
) -> None:
    in_order(
        ledger,
        order,
        reading(response("m1", cache_write_1h_tokens=900, speed="fast")),
        reading(response("m1", cache_write_5m_tokens=900, minute=minute), path="/2"),
    )
    assert query(
        ledger.path,
        "SELECT cache_write_5m_tokens, cache_write_1h_tokens, name, at_ms FROM messages "
        "JOIN facets USING (facet_no) JOIN names ON name_no = speed_no",
    ) == [(0, 900, "fast", NOON_MS)]


@pytest.mark.parametrize("order", BOTH_ORDERS)
def test_a_marked_copy_belongs_to_the_session_it_names(
    ledger: Ledger, order: tuple[int, ...]
) -> None:
    in_order(
        ledger,
        order,
        reading(response("m1")),
        reading(
            response("m1", claim=CLAIM_COPY),
            response("m2", session=OTHER, minute=5, output_tokens=50),
            session=OTHER,
            forked_from=SESSION,
            forked_at_ms=NOON_MS,
        ),
    )
    assert by_session(ledger) == {SESSION: (10, 100), OTHER: (10, 50)}
    assert forks(ledger) == {OTHER: SESSION, SESSION: None}


@pytest.mark.parametrize("order", BOTH_ORDERS)
@pytest.mark.parametrize("own_of_the_original", [0, 1])
def test_an_unmarked_copy_belongs_to_the_session_that_went_on_first(
    ledger: Ledger, order: tuple[int, ...], own_of_the_original: int
) -> None:
    original = [response("m1", session=OTHER)]
    original += [response("own", session=OTHER, minute=1)] * own_of_the_original
    in_order(
        ledger,
        order,
        reading(*original, session=OTHER),
        reading(response("m1"), response("m2", minute=5)),
    )
    assert by_session(ledger) == {
        OTHER: (10 + 10 * own_of_the_original, 100 + 100 * own_of_the_original),
        SESSION: (10, 100),
    }
    assert forks(ledger) == {SESSION: OTHER, OTHER: None}


@pytest.mark.parametrize("order", BOTH_ORDERS)
def test_a_replay_in_a_sidechain_counts_once_and_for_the_main_line(
    ledger: Ledger, order: tuple[int, ...]
) -> None:
    in_order(
        ledger,
        order,
        reading(response("m1")),
        reading(
            response("m1", claim=CLAIM_SIDECHAIN, is_subagent=True, agent_id="a1"),
            path="/projects/p/agent-aside_question-1.jsonl",
        ),
    )
    assert query(
        ledger.path, "SELECT is_subagent, agent_no FROM messages JOIN facets USING (facet_no)"
    ) == [(0, 0)]


@pytest.mark.parametrize("order", BOTH_ORDERS)
@pytest.mark.parametrize("echoed", [3, 900])
def test_an_echo_counts_only_while_nobody_else_tells_it(
    ledger: Ledger, order: tuple[int, ...], echoed: int
) -> None:
    in_order(
        ledger,
        order,
        reading(
            response("m1", claim=CLAIM_ECHO | CLAIM_SIDECHAIN, output_tokens=echoed),
            response("only", claim=CLAIM_ECHO | CLAIM_SIDECHAIN, output_tokens=3),
        ),
        reading(
            response("m1", claim=CLAIM_SIDECHAIN, output_tokens=500),
            path="/projects/p/s/subagents/agent-1.jsonl",
        ),
    )
    assert by_session(ledger) == {SESSION: (20, 503)}


def test_what_was_added_without_a_key_is_set_aside_when_a_transcript_comes(
    ledger: Ledger,
) -> None:
    do(ledger, add(input_tokens=7, cost_usd=0.5))
    do(ledger, add(input_tokens=1000, extra=True))
    take(ledger, reading(response("m1")))
    assert by_session(ledger) == {SESSION: (1010, 100)}
    assert do(ledger, add(input_tokens=7)).set_aside
    assert sums_that_differ(ledger.path) == []


def test_a_transcript_corrects_the_early_numbers_of_an_upsert(ledger: Ledger) -> None:
    do(ledger, add("m1", output_tokens=1, cost_usd=0.5, duration_ms=70, turns=1))
    take(ledger, reading(response("m1")))
    told = totals(ledger)
    assert told is not None
    assert (told.total_input_tokens, told.total_output_tokens) == (10, 100)
    assert told.total_duration_ms == 70
    assert query(ledger.path, "SELECT reported_nano_usd, source FROM messages") == [(None, 1)]


def test_a_larger_upsert_stands_and_the_transcript_says_where_it_belongs(ledger: Ledger) -> None:
    do(ledger, add("m1", session=OTHER, output_tokens=900, cost_usd=0.5))
    take(ledger, reading(response("m1")))
    assert by_session(ledger) == {SESSION: (0, 900)}
    assert query(
        ledger.path,
        "SELECT name, reported_nano_usd FROM messages JOIN facets USING (facet_no) "
        "JOIN names ON name_no = project_no",
    ) == [("/home/me/project", 500_000_000)]


def test_a_session_has_its_best_title(ledger: Ledger) -> None:
    first = reading(response("m1"), title=("mine", 3))
    take(ledger, first)
    take(ledger, reading(before=first.after, title=("generated", 2)))
    assert query(ledger.path, "SELECT title FROM sessions") == [("mine",)]


def test_old_rows_are_not_told_one_by_one(ledger: Ledger) -> None:
    told = reading(response("m1"), response("m2", minute=5))
    taken = take(ledger, told, tell_since_ms=NOON_MS + 1)
    assert [entry.message_id for entry in taken.usage] == ["m2"]


def test_nothing_is_half_taken(ledger: Ledger, database: Path) -> None:
    whole = reading(response("m1"))
    broken = reading(response("m2", input_tokens=-1), path="/projects/p/2.jsonl")
    with pytest.raises(Exception, match="CHECK"):
        take(ledger, whole, broken)
    for table in (
        "messages",
        "sources",
        "sessions",
        "usage_by_time",
        "usage_by_session",
        "usage_by_hour",
        "usage_by_day",
        "usage_by_session_day",
    ):
        assert query(database, f"SELECT * FROM {table}") == []


def test_only_what_a_sessions_own_transcript_tells_is_set_aside(ledger: Ledger) -> None:
    do(ledger, add(session=OTHER, input_tokens=7))
    do(ledger, add("m1", session=OTHER, output_tokens=1))
    take(ledger, reading(response("m1")))
    assert by_session(ledger) == {SESSION: (10, 100), OTHER: (7, 0)}
    assert not do(ledger, add(session=OTHER, input_tokens=7)).set_aside


def test_a_fork_that_has_nothing_of_its_own_yet_has_a_transcript_all_the_same(
    ledger: Ledger,
) -> None:
    do(ledger, add(session=OTHER, input_tokens=7))
    take(ledger, reading(response("m1")))
    taken = take(ledger, reading(response("m1", claim=CLAIM_COPY), session=OTHER))
    assert by_session(ledger) == {SESSION: (10, 100)}
    assert {told.session_id: told.total_input_tokens for told in taken.sessions} == {OTHER: 0}
    assert do(ledger, add(session=OTHER, input_tokens=7)).set_aside


def test_a_session_whose_only_response_turns_out_to_be_anothers_is_told_as_empty(
    ledger: Ledger,
) -> None:
    take(ledger, reading(response("m1", session=OTHER, claim=CLAIM_SIDECHAIN), session=OTHER))
    taken = take(ledger, reading(response("m1")))
    told = {told.session_id: told.total_output_tokens for told in taken.sessions}
    assert told == {SESSION: 100, OTHER: 0}
    assert {told.session_id: told.model for told in taken.sessions} == {SESSION: MODEL, OTHER: None}
    assert query(
        ledger.path,
        "SELECT first_seen_ms, last_model_no FROM sessions WHERE session_id = ?",
        OTHER,
    ) == [(None, None)]


@pytest.mark.parametrize("order", BOTH_ORDERS)
def test_a_session_whose_responses_go_to_their_original_has_used_no_model(
    ledger: Ledger, order: tuple[int, ...]
) -> None:
    in_order(
        ledger,
        order,
        reading(response("m1")),
        reading(response("m1", session=OTHER), session=OTHER),
    )
    assert query(
        ledger.path,
        "SELECT count(messages.session_no) > 0, last_model_no IS NOT NULL FROM sessions "
        "LEFT JOIN messages USING (session_no) GROUP BY sessions.session_no ORDER BY 1",
    ) == [(0, 0), (1, 1)]


def test_a_session_that_loses_a_response_has_the_model_that_an_upsert_tells(
    ledger: Ledger,
) -> None:
    do(ledger, add("m1", session=OTHER, output_tokens=1, model="moved"))
    do(ledger, add(session=OTHER, input_tokens=7, model="kept", at_ms=NOON_MS - 1))
    take(ledger, reading(response("m1")))
    told = totals(ledger, OTHER)
    assert told is not None
    assert told.model == "kept"


def test_a_model_that_only_an_upsert_tells_stays_when_its_response_is_a_subagents(
    ledger: Ledger,
) -> None:
    do(ledger, add("m1", output_tokens=1, model="told"))
    take(ledger, reading(response("m1", claim=CLAIM_SIDECHAIN, is_subagent=True), path="/sub"))
    told = totals(ledger)
    assert told is not None
    assert told.model == "told"


def test_a_better_claim_ends_the_rivalry_of_two_worse_ones(ledger: Ledger) -> None:
    """No session becomes a fork of itself, and a worse claim does not win by being older."""
    side: dict[str, Any] = {"claim": CLAIM_SIDECHAIN, "is_subagent": True}
    third = "33333333-3333-4333-8333-333333333333"
    take(ledger, reading(response("m1", **side), path="/a"))
    take(
        ledger,
        reading(
            response("m0", session=OTHER, minute=-9),
            response("m1", session=OTHER, **side),
            session=OTHER,
            path="/b",
        ),
    )
    own = response("m9", session=third, minute=9)
    take(ledger, reading(response("m1", session=third), own, session=third, path="/c"))
    take(ledger, reading(response("m2", session=OTHER, minute=9), session=OTHER, path="/d"))
    assert query(
        ledger.path,
        "SELECT session_id FROM messages JOIN sessions USING (session_no) WHERE key = 'm1'",
    ) == [(third,)]
    take(ledger, reading(response("m1", session=OTHER), session=OTHER, path="/e"))
    assert query(ledger.path, "SELECT 1 FROM sessions WHERE forked_from_no = session_no") == []


def test_a_rival_in_the_same_batch_is_no_fork_of_itself(ledger: Ledger) -> None:
    side: dict[str, Any] = {"claim": CLAIM_SIDECHAIN, "is_subagent": True}
    take(ledger, reading(response("m1", **side), path="/a"))
    take(
        ledger,
        reading(response("m1", session=OTHER, **side), session=OTHER, path="/b"),
        reading(response("m1", session=OTHER), session=OTHER, path="/c"),
    )
    assert by_session(ledger) == {OTHER: (10, 100)}
    assert query(ledger.path, "SELECT 1 FROM sessions WHERE forked_from_no IS NOT NULL") == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_fork_of_a_fork_is_a_fork_of_the_session_it_left_last(
    ledger: Ledger, order: tuple[int, ...]
) -> None:
    ids = [f"{n}0000000-0000-4000-8000-000000000000" for n in range(3)]
    lines = [{"m0": 0, "m1": 1, "own": 2}, {"m0": 0, "m1": 1, "b0": 30, "b1": 31, "own1": 32}]
    lines += [{"m0": 0, "m1": 1, "b0": 30, "b1": 31, "own2": 60}]
    in_order(
        ledger,
        order,
        *(
            reading(
                *[response(key, session=session, minute=at) for key, at in told.items()],
                session=session,
            )
            for session, told in zip(ids, lines, strict=True)
        ),
    )
    assert by_session(ledger) == {ids[0]: (30, 300), ids[1]: (30, 300), ids[2]: (10, 100)}
    assert forks(ledger) == {ids[0]: None, ids[1]: ids[0], ids[2]: ids[1]}


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("names", list(permutations("abc")))
@pytest.mark.parametrize(
    "told",
    [
        ({"m1": 1}, {"m1": 1, "m2": 2}, {"m1": 1, "m2": 2, "m3": 3}),
        ({"m1": 1, "m2": 2}, {"m1": 1, "m3": 3}, {"m1": 1, "m4": 4}),
    ],
)
def test_copies_of_copies_leave_every_session_its_own(
    ledger: Ledger,
    told: tuple[dict[str, int], ...],
    names: tuple[str, ...],
    order: tuple[int, ...],
    *,
    at_once: bool,
) -> None:
    """Whatever they are called, in whatever order and how many transactions they are read."""
    ids = [f"{name * 8}-0000-4000-8000-000000000000" for name in names]
    readings = [
        reading(
            *[response(key, session=session, minute=at) for key, at in lines.items()],
            session=session,
        )
        for session, lines in zip(ids, told, strict=True)
    ]
    if at_once:
        take(ledger, *(readings[number] for number in order))
    else:
        in_order(ledger, order, *readings)
    assert sums_that_differ(ledger.path) == []

    own = dict.fromkeys(ids, 0)
    for key in dict.fromkeys(key for lines in told for key in lines):
        own[ids[next(at for at, lines in enumerate(told) if key in lines)]] += 10
    assert {session: read for session, (read, _) in by_session(ledger).items()} == own
    chain = len(told[2]) == len(told)
    assert forks(ledger) == {ids[0]: None, ids[1]: ids[0], ids[2]: ids[1] if chain else ids[0]}


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("names", list(permutations("abc")))
def test_a_fork_of_a_fork_takes_nothing_from_the_first_original(
    ledger: Ledger, names: tuple[str, ...], order: tuple[int, ...]
) -> None:
    """It has nothing of its own, as the original has nothing that its fork does not tell."""
    ids = [f"{name * 8}-0000-4000-8000-000000000000" for name in names]
    fork = {"m1": 1, "m2": 2, "m6": 6}
    told = ({"m1": 1, "m2": 2, "m4": 4}, fork, fork)
    readings = [
        reading(
            *[response(key, session=session, minute=at) for key, at in lines.items()],
            session=session,
        )
        for session, lines in zip(ids, told, strict=True)
    ]
    in_order(ledger, order, *readings)
    first, second = sorted(ids[1:])
    assert by_session(ledger) == {ids[0]: (30, 300), first: (10, 100)}
    assert forks(ledger) == {ids[0]: None, first: ids[0], second: first}


def test_the_model_of_a_session_is_the_one_it_used_last_itself(ledger: Ledger) -> None:
    sub: dict[str, Any] = {"is_subagent": True, "claim": CLAIM_SIDECHAIN, "model": "claude-haiku-5"}
    take(ledger, reading(response("s1", minute=9, **sub), path="/sub"))
    take(ledger, reading(response("m2", minute=5), response("m1", minute=1, model="old")))
    told = totals(ledger)
    assert told is not None
    assert told.model == "claude-opus-5-5"


def test_an_extra_that_a_transcript_tells_is_explained_by_the_sessions_total(
    ledger: Ledger,
) -> None:
    do(ledger, add("m1", output_tokens=1, extra=True))
    take(
        ledger,
        reading(response("m1"), cost_states=[cost_state(1, 2, input_tokens=10, output_tokens=100)]),
    )
    assert by_session(ledger) == {SESSION: (10, 100)}


def test_an_original_that_was_taken_for_the_copy_is_one_no_longer(ledger: Ledger) -> None:
    first = reading(response("m1"), session=SESSION)
    take(ledger, first)
    take(ledger, reading(response("m1", session=OTHER), session=OTHER))
    first_guess = forks(ledger)
    original, copy = (OTHER, SESSION) if first_guess[SESSION] else (SESSION, OTHER)
    later = {original: 9, copy: 5}
    for session, minute in later.items():
        path = f"/projects/q/{session}.jsonl"
        take(
            ledger,
            reading(response(session, session=session, minute=minute), session=session, path=path),
        )
    assert forks(ledger) == {original: copy, copy: None}
    assert by_session(ledger) == {copy: (20, 200), original: (10, 100)}


def test_a_day_ends_earlier_when_its_last_row_moves(ledger: Ledger, database: Path) -> None:
    def last_quarters() -> list[tuple[int]]:
        return query(
            database,
            "SELECT last_quarter - day * 96 FROM usage_by_day "
            "UNION SELECT last_quarter - day * 96 FROM usage_by_session_day",
        )

    take(ledger, reading(response("m1"), response("m2", minute=120)))
    assert last_quarters() == [(48 + 8,)]
    # The same response, told from an earlier line on.
    take(ledger, reading(response("m2", minute=40), path="/projects/p/2.jsonl"))
    assert last_quarters() == [(48 + 2,)]
    assert sums_that_differ(database) == []


def test_all_new_facets_of_a_transaction_are_priced_at_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ["m1", "m2", "m3"]
    copied = [response(key, claim=CLAIM_SIDECHAIN) for key in keys]
    take(ledger, reading(*copied))
    priced: list[int] = []

    def note(_: Any, facet_nos: Iterable[int]) -> None:
        priced.append(len(list(facet_nos)))

    monkeypatch.setattr(facets, "price_facets", note)
    # A better claim: each goes to a new facet.
    own = [response(key, session=OTHER, branch=key) for key in keys]
    take(ledger, reading(*own, session=OTHER, path="/projects/q/1.jsonl"))
    assert priced == [3]
    assert sums_that_differ(ledger.path) == []
