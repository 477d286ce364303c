"""What the person writes on a session is kept until the person takes it away."""

from pathlib import Path

from tests.usage.asking import OTHER, SESSION, add, added, do, query, sums_that_differ, totals

from agent_console.usage.entries import KeepUserFields, UserFieldsKept
from agent_console.usage.writing.ledger import Ledger

WRITTEN = KeepUserFields(SESSION, "release", 5, "wait for the review")
NOTHING = KeepUserFields(SESSION, None, 0, None)


def test_they_survive_a_restart(ledger: Ledger, database: Path) -> None:
    assert ledger.carry_out([WRITTEN]) == [UserFieldsKept(SESSION)]
    ledger.close()

    reopened = Ledger(database)

    assert reopened.load_user_fields() == [WRITTEN]
    reopened.close()


def test_the_last_one_stands(ledger: Ledger) -> None:
    later = KeepUserFields(SESSION, None, -1, None)
    ledger.carry_out([WRITTEN, later])
    assert ledger.load_user_fields() == [later]


def test_all_empty_is_forgotten(ledger: Ledger, database: Path) -> None:
    ledger.carry_out([WRITTEN])
    ledger.carry_out([NOTHING])
    assert ledger.load_user_fields() == []
    assert query(database, "SELECT * FROM sessions") == []


def test_what_was_not_set_keeps_what_is_held(ledger: Ledger) -> None:
    ledger.carry_out([WRITTEN, KeepUserFields(SESSION, label=None), KeepUserFields(SESSION)])
    assert ledger.load_user_fields() == [KeepUserFields(SESSION, None, 5, WRITTEN.note)]
    ledger.carry_out([KeepUserFields(SESSION, priority=0)])
    ledger.carry_out([KeepUserFields(SESSION, note="later")])
    assert ledger.load_user_fields() == [KeepUserFields(SESSION, None, 0, "later")]


def test_usage_is_not_touched_by_them(ledger: Ledger, database: Path) -> None:
    results = ledger.carry_out(
        [
            add("msg_1", output_tokens=1),
            WRITTEN,
            add("msg_1", output_tokens=3),
            NOTHING,
            add(output_tokens=10),
        ]
    )
    assert added(results[-1]).totals.total_output_tokens == 13
    assert query(database, "SELECT output_tokens FROM messages ORDER BY 1") == [(3,), (10,)]
    assert ledger.load_user_fields() == []
    assert sums_that_differ(database) == []


def test_usage_does_not_touch_them(ledger: Ledger) -> None:
    ledger.carry_out([WRITTEN, add(input_tokens=1)])
    ledger.carry_out([add(input_tokens=1)])
    assert ledger.load_user_fields() == [WRITTEN]


def test_a_session_that_was_only_written_on_has_no_totals(ledger: Ledger) -> None:
    ledger.carry_out([WRITTEN])
    assert totals(ledger) is None


def test_a_session_that_was_written_on_is_known(ledger: Ledger) -> None:
    ledger.carry_out([WRITTEN])
    assert do(ledger, add(input_tokens=1, on_board=False)).totals.total_input_tokens == 1


def test_sessions_come_in_the_order_they_were_known(ledger: Ledger) -> None:
    other = KeepUserFields(OTHER, "first", 0, None)
    ledger.carry_out([other, WRITTEN])
    assert ledger.load_user_fields() == [other, WRITTEN]


def test_usage_may_follow_what_was_forgotten_in_one_batch(ledger: Ledger, database: Path) -> None:
    ledger.carry_out([WRITTEN])
    _, result = ledger.carry_out([NOTHING, add(input_tokens=1)])
    assert added(result).totals.total_input_tokens == 1
    assert query(database, "SELECT session_id FROM sessions JOIN messages USING (session_no)") == [
        (SESSION,)
    ]
