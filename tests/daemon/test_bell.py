import asyncio

import anyio
import pytest

from agent_console.daemon import bell
from agent_console.daemon.bell import PATIENCE, Bell

DEADLINE_SECONDS = 5


async def test_a_ring_wakes_the_sleeper() -> None:
    ears = Bell()
    heard = anyio.Event()

    async def sleep() -> None:
        await ears.heard()
        heard.set()

    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sleep)
            await anyio.wait_all_tasks_blocked()
            assert not heard.is_set()
            ears.ring()
            await heard.wait()


async def test_a_ring_before_the_sleep_is_heard_at_once() -> None:
    ears = Bell()
    ears.ring()

    with anyio.fail_after(DEADLINE_SECONDS):
        await ears.heard()


@pytest.mark.parametrize("looks", [1, PATIENCE - 1, PATIENCE, PATIENCE + 1])
async def test_a_ring_is_heard_while_the_sleeper_still_looks(looks: int) -> None:
    ears = Bell()

    async def ring() -> None:
        for _ in range(looks):
            await anyio.lowlevel.checkpoint()
        ears.ring()

    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ring)
            await ears.heard()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("waited_seconds", "patient", "looks"),
    [(1e-6, True, PATIENCE), (1e-3, True, 1), (1e-6, False, 1)],
)
async def test_it_looks_again_only_where_it_may_and_the_last_wait_was_short(
    monkeypatch: pytest.MonkeyPatch, waited_seconds: float, *, patient: bool, looks: int
) -> None:
    now, looked = 0.0, 0
    checkpoint = asyncio.sleep

    async def look(seconds: float) -> None:
        nonlocal now, looked
        looked += 1
        now += waited_seconds
        await checkpoint(seconds)

    monkeypatch.setattr(bell, "perf_counter", lambda: now)
    monkeypatch.setattr(bell, "_look", look)
    it = Bell()
    it.ring()
    await it.heard()
    looked = 0

    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: it.heard(patient=patient))
            await anyio.wait_all_tasks_blocked()
            it.ring()
    assert looked == looks


async def test_it_can_be_heard_again_and_again() -> None:
    ears = Bell()
    rounds = 0

    async def sleep() -> None:
        nonlocal rounds
        while rounds < 3:
            await ears.heard()
            rounds += 1

    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sleep)
            for round_ in range(1, 4):
                await anyio.wait_all_tasks_blocked()
                ears.ring()
                await anyio.wait_all_tasks_blocked()
                assert rounds == round_


def test_only_the_first_ring_says_so() -> None:
    ears = Bell()

    assert [ears.ring(), ears.ring()] == [True, False]
