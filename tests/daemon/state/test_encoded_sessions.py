"""An answer that was encoded before is right as long as its session has not changed."""

import msgspec
import pytest
from tests.daemon.state.state_driver import MAIN, OTHER, Driver

from agent_console.daemon.state import encoded_sessions
from agent_console.daemon.state.encoded_sessions import EncodedSessions
from agent_console.model.session import Session, Status
from agent_console.protocol.messages import Get


def asked(driver: Driver, session_id: str = MAIN) -> Session:
    """What GET answers."""
    answer = driver.state.apply(Get(session_id=session_id), driver.now_ms).answer
    assert isinstance(answer, Session)
    return answer


def test_a_session_that_has_not_changed_is_encoded_once() -> None:
    driver, encoded = Driver(), EncodedSessions()
    driver.set(Status.WORKING)
    assert encoded.of(asked(driver)) is encoded.of(asked(driver))


def test_every_change_is_in_the_next_answer() -> None:
    driver, encoded = Driver(), EncodedSessions()
    driver.set(Status.WORKING)
    before = encoded.of(asked(driver))
    for change in (Status.ATTENTION, None, Status.ATTENTION):  # the last is only heard of
        driver.set(change, label=f"at {driver.now_ms}" if not change else "x")
        after = encoded.of(asked(driver))
        assert after != before
        assert msgspec.json.decode(after, type=Session) == asked(driver)
        before = after


def test_two_sessions_are_not_mistaken_for_each_other() -> None:
    driver, encoded = Driver(), EncodedSessions()
    driver.set(Status.WORKING)
    driver.set(Status.WORKING, OTHER)
    for session_id in (MAIN, OTHER, MAIN):
        assert msgspec.json.decode(encoded.of(asked(driver, session_id)))["session_id"] == (
            session_id
        )


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded_sessions, "KEPT", 3)
    driver, encoded = Driver(), EncodedSessions()
    for number in range(9):
        driver.set(Status.WORKING, f"s{number}")
        encoded.of(asked(driver, f"s{number}"))
    assert len(encoded._known) == 3  # pyright: ignore[reportPrivateUsage]
