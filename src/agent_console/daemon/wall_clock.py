"""How long to wait for a moment that the clock of the machine tells.

Rule: that clock may be set meanwhile. So nobody waits for longer than LONGEST_SECONDS before it is
looked at again.
"""

import time

LONGEST_SECONDS = 3_600.0


def seconds_until(at_ms: int) -> float:
    """Seconds after which to look again whether a moment has come; none or less: it has.

    Args:
        at_ms: The moment, Unix milliseconds.
    """
    return min(at_ms / 1000 - time.time(), LONGEST_SECONDS)
