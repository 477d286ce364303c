"""What of all changes the person is told: once for each, and never what is no change."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace
from tests.notifications.told import (
    ANOTHER_EPOCH,
    alert,
    changed,
    removed,
    session,
    snapshot,
)

from agent_console.config_notifications import NotificationsConfig
from agent_console.model.session import Activity, Session, Status
from agent_console.notifications.decisions import Decisions
from agent_console.notifications.notice import Notice
from agent_console.protocol.codec import Notification


class Person:
    """Somebody who is told."""

    def __init__(self, *, existing: bool = False, **config: Any) -> None:
        self._decisions = Decisions(NotificationsConfig(**config), existing=existing)

    def hears(self, *notifications: Notification) -> list[str]:
        return [notice.title for item in notifications for notice in self._decisions.notices(item)]

    def is_told(self, notification: Notification) -> list[Notice]:
        return self._decisions.notices(notification)


@pytest.fixture
def person() -> Person:
    """Somebody who saw session `a` at work."""
    person = Person()
    person.hears(snapshot(session("a", "working")))
    return person


def test_a_session_that_begins_to_wait_is_told_once(person: Person) -> None:
    assert person.hears(changed("a", "attention", 2)) == ["a waits for you"]
    assert person.hears(changed("a", "attention", 2), changed("a", "attention", 2)) == []


def test_a_session_that_asks_is_told_with_its_question(person: Person) -> None:
    (notice,) = person.is_told(
        changed(
            "a",
            "question",
            2,
            label="shop",
            reason="question",
            activity=Activity("AskUserQuestion", "Which\ncolour?\x1b]0;x\x07"),
        )
    )
    assert notice.title == "shop asks you something"
    assert notice.body == "question: Which colour? ]0;x"
    assert notice.session is not None
    assert notice.session.session_id == "a"


def test_a_question_after_a_wait_is_a_change(person: Person) -> None:
    assert person.hears(changed("a", "attention", 2), changed("a", "question", 3)) == [
        "a waits for you",
        "a asks you something",
    ]


def test_waiting_again_is_told_again_also_when_the_work_between_was_not(person: Person) -> None:
    """A subscriber that is behind gets the newest state instead of every step."""
    assert (
        person.hears(changed("a", "attention", 2), changed("a", "attention", 9))
        == ["a waits for you"] * 2
    )


def test_the_board_at_the_beginning_is_no_change() -> None:
    person = Person()
    board = snapshot(session("a", "attention"), session("b", "question"))

    assert person.hears(board) == []
    assert person.hears(changed("a", "attention"), changed("b", "question")) == []


def test_the_board_at_the_beginning_can_be_told() -> None:
    board = snapshot(session("a", "attention"), session("b", "working"))

    assert Person(existing=True).hears(board) == ["a waits for you"]


def test_a_new_session_that_waits_at_once_is_told(person: Person) -> None:
    assert person.hears(changed("new", "question")) == ["new asks you something"]


def test_work_and_ends_are_not_told(person: Person) -> None:
    assert person.hears(changed("a", "closed", 2), changed("b", "working", 2)) == []


def test_what_was_looked_at_is_not_told(person: Person) -> None:
    assert person.hears(changed("a", "attention", 2, seen=True)) == []


def test_a_snapshot_of_the_same_daemon_tells_only_what_changed(person: Person) -> None:
    person.hears(changed("b", "attention", 2))

    again = snapshot(session("a", "attention", 3), session("b", "attention", 2))

    assert person.hears(again) == ["a waits for you"]


def test_what_another_daemon_finds_again_is_not_told_again(person: Person) -> None:
    person.hears(changed("a", "attention", 2), changed("b", "question", 2))

    def later(name: str, status: str, since_ms: int) -> Notification:
        return changed(name, status, since_ms, epoch=ANOTHER_EPOCH)

    assert person.hears(snapshot(epoch=ANOTHER_EPOCH)) == []
    assert person.hears(later("a", "attention", 50)) == []
    # It may not know yet what the session waits for.
    assert person.hears(later("b", "attention", 50)) == []
    assert person.hears(later("a", "attention", 90)) == ["a waits for you"]


def test_what_began_to_wait_while_no_daemon_ran_is_told(person: Person) -> None:
    board = snapshot(session("a", "attention", 50), epoch=ANOTHER_EPOCH)

    assert person.hears(board) == ["a waits for you"]


def test_a_session_that_was_taken_off_the_board_is_new_when_it_comes_back(person: Person) -> None:
    person.hears(changed("a", "attention", 2), removed("a"))

    assert person.hears(changed("a", "attention", 2)) == ["a waits for you"]


@pytest.mark.parametrize("status", ["question", "attention"])
def test_a_status_that_is_switched_off_is_not_told(status: str) -> None:
    person = Person(**{status: False})
    other = {"question": "attention", "attention": "question"}[status]
    person.hears(snapshot())

    assert person.hears(changed("a", status, 2)) == []
    assert len(person.hears(changed("a", other, 3))) == 1


def test_what_the_person_did_at_the_session_is_not_told(person: Person) -> None:
    assert person.hears(changed("a", "attention", 2, reason="ready")) == []
    assert person.hears(changed("a", "attention", 3, reason="interrupted")) == []
    assert person.hears(changed("a", "attention", 4, reason="done")) == ["a waits for you"]


def test_which_reasons_are_not_told_is_configured() -> None:
    person = Person(silent_reasons=("done",))
    person.hears(snapshot())

    assert person.hears(changed("a", "attention", 2, reason="done")) == []
    assert person.hears(changed("a", "attention", 3, reason="ready")) == ["a waits for you"]


def test_an_alert_is_told_once_and_again_when_it_is_worse(person: Person) -> None:
    (notice,) = person.is_told(alert("b-1"))
    assert notice == Notice("agent-console: warning", "80 % of the month's budget")
    assert person.hears(alert("b-1"), alert("b-1", epoch=ANOTHER_EPOCH)) == []
    (worse,) = person.is_told(alert("b-1", "exceeded"))
    assert worse.pressing


def test_alerts_can_be_switched_off() -> None:
    assert Person(alerts=False).hears(snapshot(), alert("b-1")) == []


def test_alerts_are_not_remembered_without_end() -> None:
    person = Person()
    person.hears(*(alert(str(number)) for number in range(3_000)))

    assert person.hears(alert("2999")) == []
    assert person.hears(alert("0")) == ["agent-console: warning"]


names = st.sampled_from(["a", "b"])
statuses = st.sampled_from([status.value for status in Status])


@given(st.lists(st.tuples(names, statuses, st.booleans()), max_size=30))
def test_of_one_daemon_every_turn_to_a_waiting_status_is_told_exactly_once(
    steps: list[tuple[str, str, bool]],
) -> None:
    """However often the same state is told again, and whether alone or in a snapshot."""
    person = Person()
    person.hears(snapshot())
    board: dict[str, Session] = {}
    for at, (name, status, whole) in enumerate(steps, 1):
        before = board.get(name)
        if before is None or before.status != status:
            board[name] = session(name, status, at)
        turned = board[name] is not before
        told = snapshot(*board.values()) if whole else changed(name, status, board[name].since_ms)
        expected = turned and status in {"attention", "question"}
        assert len(person.hears(told)) == expected
        assert person.hears(told) == []


def test_an_alert_that_was_put_off_is_told_when_it_comes_back(person: Person) -> None:
    first = alert("b-1")
    put_off, noted = (
        replace(first, data=replace(first.data, **{field: 9}))
        for field in ("snoozed_until_ms", "acknowledged_at_ms")
    )

    assert len(person.hears(alert("b-1"))) == 1
    assert person.hears(noted, alert("b-1")) == []
    assert person.hears(put_off) == []
    assert len(person.hears(alert("b-1"))) == 1
