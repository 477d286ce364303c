"""Says each time something can be read, as cheaply as the event loop allows.

Rule: asyncio's loops, uvloop too, keep one registration for as long as somebody reads. Waiting anew
for each time, as on any other backend, costs two system calls and two turns of the loop more.
"""

import asyncio
from collections.abc import Callable

import anyio


async def each_time_readable(descriptor: int, take: Callable[[], bool]) -> None:
    """Call `take` each time this can be read, until it gives False.

    Args:
        descriptor: Nobody else waits to read from it.
        take: Reads without waiting. What it raises is raised here.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        while True:
            await anyio.wait_readable(descriptor)
            if not take():
                return
    done = anyio.Event()
    failure: Exception | None = None

    def readable() -> None:
        nonlocal failure
        try:
            if take():
                return
        except Exception as error:  # noqa: BLE001 - it is raised below
            failure = error
        loop.remove_reader(descriptor)
        done.set()

    loop.add_reader(descriptor, readable)
    try:
        await done.wait()
    finally:
        loop.remove_reader(descriptor)
    if failure is not None:
        raise failure
