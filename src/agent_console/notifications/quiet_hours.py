"""When nothing is told.

Rule: times of day as a clock on the wall shows them, so that a change of clocks changes nothing.
"""

from datetime import time

from agent_console.config_notifications import NotificationsConfig


def is_quiet(config: NotificationsConfig, clock: time) -> bool:
    """Whether nothing is told at a time of day.

    Args:
        config: From when until when; over midnight when the end is before the beginning.
        clock: The time of day where the person is.
    """
    if not config.quiet_from or not config.quiet_until:
        return False
    start, end = time.fromisoformat(config.quiet_from), time.fromisoformat(config.quiet_until)
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end
