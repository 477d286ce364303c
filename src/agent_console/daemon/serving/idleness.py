"""How long the daemon has had nothing to do.

Rule: nobody tells of every change. Whether there is work is looked at when connections or sessions
come and go, and once a minute while there is some.
"""

import time
from collections.abc import Callable

import anyio

from agent_console.daemon.serving.actor import Actor


async def idle_for(actor: Actor, wanted_minutes: Callable[[], int], minute_seconds: float) -> int:
    """Wait until nobody has used the daemon for so long; how many minutes that were.

    Args:
        actor: Who knows whether it is used.
        wanted_minutes: For how long, as it is configured now; 0: for ever.
        minute_seconds: How long a minute is.
    """
    while True:
        minutes = wanted_minutes()
        if actor.occupied:
            # A look now and then is cheaper than to be told of every change.
            await anyio.sleep(minute_seconds)
            continue
        actor.signals.occupation_changed = anyio.Event()
        left_at = time.perf_counter()
        seconds = minutes * minute_seconds if minutes else float("inf")
        while seconds > 0 and not actor.occupied:
            with anyio.move_on_after(seconds) as waiting:
                await actor.signals.occupation_changed.wait()
            if not waiting.cancelled_caught:
                break  # somebody came or went: begin again
            # What changed meanwhile is known when the time is over, not told each time.
            quiet = time.perf_counter() - max(actor.changed_at, left_at)
            seconds = minutes * minute_seconds - quiet
        else:
            if not actor.occupied:
                return minutes
