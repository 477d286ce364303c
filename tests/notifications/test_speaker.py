"""One program tells the person, however many could."""

from pathlib import Path

import pytest

from agent_console.config_alerts import AlertCommand
from agent_console.model.usage import Alert
from agent_console.notifications.alert_hooks import AlertHooks
from agent_console.notifications.speaker import Speaker


def test_the_first_tells_and_the_next_takes_over_when_it_ends(scratch_home: Path) -> None:
    socket = f"{scratch_home}/s"
    with Speaker(socket) as second:
        with Speaker(socket) as first:
            assert first.speaks()
            assert not second.speaks()
            assert first.speaks()
        assert second.speaks()


def test_nobody_is_silent_where_no_lock_can_be_had(scratch_home: Path) -> None:
    with Speaker(f"{scratch_home}/nowhere/s") as one, Speaker(f"{scratch_home}/nowhere/s") as other:
        assert one.speaks()
        assert other.speaks()


@pytest.fixture
def ran(scratch_home: Path) -> Path:
    return scratch_home / "ran"


def hooks(ran: Path) -> AlertHooks:
    """A command that notes each alert it is run for."""
    return AlertHooks((AlertCommand(run=("sh", "-c", f"cat >> {ran}; echo >> {ran}")),))


def times(ran: Path) -> int:
    return ran.read_text().count('"alert_id":"a"')


def alert(**fields: int) -> Alert:
    return Alert("a", "budget", "warning", "80 %", 1, **fields)  # type: ignore[arg-type]


async def test_commands_are_run_once_for_an_alert(ran: Path) -> None:
    told = hooks(ran)
    for each in (alert(), alert(), alert(acknowledged_at_ms=2), alert()):
        await told.take(each)

    assert times(ran) == 1


async def test_commands_are_run_again_when_an_alert_comes_back(ran: Path) -> None:
    told = hooks(ran)
    for each in (alert(), alert(snoozed_until_ms=2), alert()):
        await told.take(each)

    assert times(ran) == 2
