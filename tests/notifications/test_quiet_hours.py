"""Quiet hours: on one day, over midnight, and never."""

from datetime import time

import pytest

from agent_console.config_notifications import NotificationsConfig
from agent_console.notifications.quiet_hours import is_quiet


@pytest.mark.parametrize(
    ("start", "end", "clock", "quiet"),
    [
        ("12:00", "13:30", "11:59", False),
        ("12:00", "13:30", "12:00", True),
        ("12:00", "13:30", "13:29", True),
        ("12:00", "13:30", "13:30", False),
        ("22:00", "07:00", "21:59", False),
        ("22:00", "07:00", "22:00", True),
        ("22:00", "07:00", "23:59", True),
        ("22:00", "07:00", "00:00", True),
        ("22:00", "07:00", "06:59", True),
        ("22:00", "07:00", "07:00", False),
        ("22:00", "00:00", "23:00", True),
        ("22:00", "00:00", "00:00", False),
        ("08:00", "08:00", "08:00", False),
        ("", "", "03:00", False),
        ("22:00", "", "23:00", False),
        ("", "07:00", "03:00", False),
    ],
)
def test_when_nothing_is_told(start: str, end: str, clock: str, quiet: bool) -> None:
    config = NotificationsConfig(quiet_from=start, quiet_until=end)

    assert is_quiet(config, time.fromisoformat(clock)) is quiet
