"""UPSERT, META and STATUSLINE: asked of the ledger, answered when it has answered."""

from typing import Any

import pytest
from msgspec import Raw
from msgspec.structs import astuple
from tests.daemon.state.state_driver import MAIN, OTHER, Driver, refused
from tests.protocol.answers import encode_success

from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.model.session import Status
from agent_console.model.usage import Limit, Limits, Spending, UsageEntry
from agent_console.protocol.messages import (
    Meta_,
    Remove,
    StatusLine,
    StatusLineResult,
    Upsert,
    UpsertResult,
)
from agent_console.usage.entries import (
    AddUsage,
    KeepUserFields,
    LedgerRefusal,
    ReadSpending,
    ReadTotals,
    SpendingRead,
    TotalsRead,
    UsageAdded,
    UserFieldsKept,
)

TOTALS = SessionMetadata(MAIN, 10, 5, total_cost_usd=0.25, model="opus", updated_at_ms=7)
USAGE = UsageEntry(MAIN, "msg_1", "opus", 10, 5, 0, 0, 0.25, 7)
OUTAGE = LedgerRefusal("internal", "The ledger is damaged.", retryable=True)
SPENDING = Spending(today_cost_usd=3.0, block_cost_usd=1.0, burn_usd_per_hour=None)


def on_board() -> Driver:
    board = Driver()
    board.set(Status.WORKING, working_dir="/home/user/project")
    return board


# ---- UPSERT ------------------------------------------------------------------------------------


def test_an_upsert_waits_for_the_ledger_and_changes_nothing_before() -> None:
    board = on_board()
    request = Upsert(
        session_id=MAIN,
        input_tokens=1,
        output_tokens=2,
        cache_creation_tokens=3,
        cache_read_tokens=4,
        cost_usd=0.5,
        model="opus",
        message_id="msg_1",
        extra=True,
        duration_ms=6,
        turns=7,
    )
    outcome = board.apply(request)
    deltas = MetadataUpsert(MAIN, 1, 2, 3, 4, 0.5, "opus", "msg_1", True, 6, 7)
    assert outcome.waits
    assert outcome.changes == ()
    assert outcome.ledger == (
        AddUsage(deltas, board.now_ms, on_board=True, working_dir="/home/user/project"),
    )
    assert board.state.metadata == {}


def test_an_upsert_of_a_session_off_the_board_asks_whether_the_ledger_knows_it() -> None:
    board = Driver()
    (entry,) = board.apply(Upsert(session_id=MAIN)).ledger
    assert isinstance(entry, AddUsage)
    assert not entry.on_board
    refusal = LedgerRefusal("not_found", f"Session not found: {MAIN}")
    assert refused(board.state.committed(entry, refusal, board.now_ms)) == "not_found"


def test_a_committed_upsert_is_told_and_answered_with_the_totals() -> None:
    board = on_board()
    (entry,) = board.apply(Upsert(session_id=MAIN, input_tokens=10)).ledger
    outcome = board.state.committed(entry, UsageAdded(TOTALS, USAGE), board.now_ms)
    assert [(change.event, change.data) for change in outcome.changes] == [
        ("metadata", TOTALS),
        ("usage", USAGE),
    ]
    assert outcome.answer == TOTALS
    told = UpsertResult(*astuple(TOTALS))
    assert encode_success(None, outcome.answer) == encode_success(None, told)
    assert b"set_aside" not in encode_success(None, outcome.answer)
    assert board.session().metadata == TOTALS
    assert board.state.metadata == {MAIN: TOTALS}


def test_a_message_told_again_changes_nothing() -> None:
    board = on_board()
    (entry,) = board.apply(Upsert(session_id=MAIN, message_id="msg_1")).ledger
    board.state.committed(entry, UsageAdded(TOTALS, USAGE), board.now_ms)
    outcome = board.state.committed(entry, UsageAdded(TOTALS, None), board.now_ms)
    assert outcome.changes == ()
    assert outcome.answer == TOTALS


def test_deltas_that_were_set_aside_say_so() -> None:
    board = on_board()
    (entry,) = board.apply(Upsert(session_id=MAIN)).ledger
    outcome = board.state.committed(entry, UsageAdded(TOTALS, set_aside=True), board.now_ms)
    assert outcome.answer.set_aside is True


def test_a_row_that_moves_changes_the_totals_of_both_sessions() -> None:
    board = on_board()
    board.set(Status.WORKING, session=OTHER)
    (entry,) = board.apply(Upsert(session_id=MAIN)).ledger
    moved = SessionMetadata(OTHER, 1)
    board.state.committed(entry, UsageAdded(TOTALS, USAGE, moved), board.now_ms)
    assert board.session(OTHER).metadata == moved


def test_a_failed_commit_changes_nothing_and_may_be_tried_again() -> None:
    board = on_board()
    (entry,) = board.apply(Upsert(session_id=MAIN)).ledger
    refusal = LedgerRefusal("internal", "The disk is full.", retryable=True)
    outcome = board.state.committed(entry, refusal, board.now_ms)
    assert refused(outcome) == "internal"
    assert outcome.answer.retryable
    assert board.state.metadata == {}


def test_an_upsert_changes_neither_status_nor_its_time() -> None:
    board = on_board()
    before = board.session()
    (entry,) = board.apply(Upsert(session_id=MAIN)).ledger
    board.state.committed(entry, UsageAdded(TOTALS, USAGE), board.now_ms)
    after = board.session()
    assert (after.status, after.since_ms, after.rev) == (before.status, before.since_ms, before.rev)
    assert after.last_seen_ms == board.now_ms


# ---- totals that the ledger remembers ----------------------------------------------------------


def test_a_session_that_appears_gets_its_totals_from_the_ledger_once() -> None:
    board = Driver()
    assert board.hook("SessionStart", source="resume").ledger == (ReadTotals(MAIN),)
    assert board.prompt().ledger == ()
    outcome = board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, TOTALS), board.now_ms)
    assert [change.event for change in outcome.changes] == ["metadata"]
    assert board.session().metadata == TOTALS


def test_a_session_the_ledger_does_not_know_is_asked_for_once() -> None:
    board = on_board()
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, None), board.now_ms)
    assert board.set(Status.ATTENTION).ledger == ()
    assert board.state.ask_again(board.now_ms).ledger == ()


def test_totals_the_ledger_could_not_tell_are_asked_for_again() -> None:
    board = on_board()
    board.state.committed(ReadTotals(MAIN), OUTAGE, board.now_ms)
    assert board.state.ask_again(board.now_ms).ledger == (ReadTotals(MAIN),)
    assert board.state.ask_again(board.now_ms).ledger == ()
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, TOTALS), board.now_ms)
    assert board.session().metadata == TOTALS


def test_a_session_that_was_off_the_board_when_its_totals_came_asks_again() -> None:
    board = on_board()
    board.apply(Remove(session_id=MAIN))
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, TOTALS), board.now_ms)
    assert board.set(Status.WORKING).ledger == (ReadTotals(MAIN),)


def test_totals_of_a_session_off_the_board_are_not_asked_for_again() -> None:
    board = on_board()
    board.apply(Remove(session_id=MAIN))
    board.state.committed(ReadTotals(MAIN), OUTAGE, board.now_ms)
    assert board.state.ask_again(board.now_ms).ledger == ()


def test_meta_in_an_outage_is_refused_and_not_zero() -> None:
    board = on_board()
    outcome = board.state.committed(ReadTotals(MAIN), OUTAGE, board.now_ms)
    assert refused(outcome) == "internal"
    assert outcome.answer.retryable


def test_a_session_that_comes_back_to_the_board_asks_the_ledger_anew() -> None:
    board = on_board()
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, TOTALS), board.now_ms)
    board.apply(Remove(session_id=MAIN))
    outcome = board.set(Status.WORKING)
    assert outcome.ledger == (ReadTotals(MAIN),)
    assert board.session().metadata is None


def test_totals_of_sessions_off_the_board_are_kept_nowhere() -> None:
    board = on_board()
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, TOTALS), board.now_ms)
    board.apply(Remove(session_id=MAIN))
    assert board.state.metadata == {}
    assert board.state.snapshot("epoch").metadata == ()
    assert [change.event for change in board.state.missed(0) or ()] == ["session_removed"]


def test_an_upsert_of_a_session_off_the_board_is_told_and_not_kept() -> None:
    board = Driver()
    (entry,) = board.apply(Upsert(session_id=MAIN, input_tokens=10)).ledger
    outcome = board.state.committed(entry, UsageAdded(TOTALS, USAGE), board.now_ms)
    assert [change.event for change in outcome.changes] == ["metadata", "usage"]
    assert board.state.metadata == {}
    again = board.state.committed(entry, UsageAdded(TOTALS, None), board.now_ms)
    assert again.changes == ()


def test_meta_answers_from_memory_or_asks_the_ledger() -> None:
    board = on_board()
    outcome = board.apply(Meta_(session_id=MAIN))
    assert outcome.waits
    assert outcome.ledger == (ReadTotals(MAIN),)
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, TOTALS), board.now_ms)
    assert board.apply(Meta_(session_id=MAIN)).answer == TOTALS


def test_meta_of_a_session_nobody_knows_is_null() -> None:
    board = Driver()
    entry = ReadTotals(MAIN)
    assert board.state.committed(entry, TotalsRead(MAIN, None), 1).answer is None


def test_meta_of_a_session_without_usage_is_zero() -> None:
    board = on_board()
    outcome = board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, None), 1)
    assert outcome.answer == SessionMetadata(MAIN)
    assert outcome.changes == ()


def test_meta_of_a_session_off_the_board_keeps_nothing() -> None:
    board = Driver()
    outcome = board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, TOTALS), 1)
    assert outcome.answer == TOTALS
    assert board.state.metadata == {}


def test_user_fields_that_were_kept_answer_nobody() -> None:
    board = on_board()
    entry = KeepUserFields(MAIN, "mine", 0, None)
    outcome = board.state.committed(entry, UserFieldsKept(MAIN), 1)
    assert (outcome.answer, outcome.changes) == (None, ())


# ---- STATUSLINE --------------------------------------------------------------------------------


def line_of(board: Driver, totals: SessionMetadata | None, **fields: Any) -> StatusLineResult:
    outcome = board.status_line(**fields)
    assert outcome.waits
    (entry,) = outcome.ledger
    assert isinstance(entry, ReadSpending)
    answer = board.state.committed(entry, SpendingRead(totals, SPENDING), board.now_ms).answer
    assert isinstance(answer, StatusLineResult)
    return answer


def test_a_status_line_gets_todays_numbers() -> None:
    line = line_of(on_board(), TOTALS, cost={"total_cost_usd": 9.9})
    assert (line.session_cost_usd, line.today_cost_usd, line.block_cost_usd) == (0.25, 3.0, 1.0)
    assert line.burn_usd_per_hour is None


def test_the_clients_own_gauge_is_shown_while_the_ledger_knows_nothing() -> None:
    board = on_board()
    assert line_of(board, None, cost={"total_cost_usd": 1.5}).session_cost_usd == 1.5
    assert board.state.metadata == {}


def test_what_the_ledger_cannot_be_asked_is_null_in_a_status_line() -> None:
    board = on_board()
    (entry,) = board.status_line(cost={"total_cost_usd": 1.5}).ledger
    answer = board.state.committed(entry, SpendingRead(None, None), board.now_ms).answer

    assert answer == StatusLineResult(1.5, None, None, None, board.state.limits)


@pytest.mark.parametrize("told", ["-1.5", "-1e308", "1e999", "-1e999", "null", '"much"'])
def test_a_gauge_that_is_no_cost_counts_as_nothing(told: str) -> None:
    board = on_board()
    payload = f'{{"session_id":"{MAIN}","cost":{{"total_cost_usd":{told}}}}}'
    outcome = board.apply(StatusLine(event=Raw(payload.encode())))
    (entry,) = outcome.ledger
    answer = board.state.committed(entry, SpendingRead(None, SPENDING), board.now_ms).answer
    assert isinstance(answer, StatusLineResult)
    assert answer.session_cost_usd == 0


def test_a_status_line_tells_model_context_and_title() -> None:
    board = on_board()
    line_of(
        board,
        None,
        session_name="Refactor",
        model={"id": "opus", "display_name": "Opus"},
        context_window={"used_percentage": 41.5},
        transcript_path="/t.jsonl",
    )
    session = board.session()
    assert (session.title, session.model, session.context_used_percent) == (
        "Refactor",
        "opus",
        41.5,
    )
    assert session.transcript_path == "/t.jsonl"
    board.status_line(context_window={"used_percentage": None})
    assert board.session().context_used_percent == 41.5


def test_a_status_line_puts_no_session_on_the_board() -> None:
    board = Driver()
    line_of(board, None)
    assert board.state.sessions == {}


def test_limits_are_kept_as_they_were_told_last() -> None:
    board = on_board()
    line_of(board, None, rate_limits={"five_hour": {"used_percentage": 12, "resets_at": 1_000}})
    five_hour = Limit(12, 1_000_000, "official", board.now_ms)
    assert board.state.limits == Limits(five_hour=five_hour)
    line = line_of(board, None, rate_limits={"seven_day": {"used_percentage": 3}})
    assert line.limits.five_hour == five_hour
    assert line.limits.seven_day == Limit(3, None, "official", board.now_ms)
    assert line_of(board, None).limits == line.limits


@pytest.mark.parametrize("resets_at", [1e308, -1, "soon"])
def test_a_reset_at_no_possible_time_counts_as_not_told(resets_at: object) -> None:
    board = on_board()
    line_of(board, None, rate_limits={"five_hour": {"used_percentage": 1, "resets_at": resets_at}})
    limit = board.state.limits.five_hour
    assert limit is None or limit.resets_at_ms is None


@pytest.mark.parametrize("payload", [b"[]", b"7", b"{}", b'{"session_id":7}'])
def test_a_status_line_of_no_session_is_refused(payload: bytes) -> None:
    assert refused(Driver().apply(StatusLine(event=Raw(payload)))) == "invalid_value"
