import anyio
import pytest

from agent_console.daemon.bell import PATIENCE, Bell

DEADLINE_SECONDS = 5


async def test_a_ring_wakes_the_sleeper() -> None:
    bell = Bell()
    heard = anyio.Event()

    async def sleep() -> None:
        await bell.heard()
        heard.set()

    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sleep)
            await anyio.wait_all_tasks_blocked()
            assert not heard.is_set()
            bell.ring()
            await heard.wait()


async def test_a_ring_before_the_sleep_is_heard_at_once() -> None:
    bell = Bell()
    bell.ring()

    with anyio.fail_after(DEADLINE_SECONDS):
        await bell.heard()


@pytest.mark.parametrize("looks", [1, PATIENCE - 1, PATIENCE, PATIENCE + 1])
async def test_a_ring_is_heard_while_the_sleeper_still_looks(looks: int) -> None:
    bell = Bell()

    async def ring() -> None:
        for _ in range(looks):
            await anyio.lowlevel.checkpoint()
        bell.ring()

    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ring)
            await bell.heard()


async def test_it_can_be_heard_again_and_again() -> None:
    bell = Bell()
    rounds = 0

    async def sleep() -> None:
        nonlocal rounds
        while rounds < 3:
            await bell.heard()
            rounds += 1

    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sleep)
            for round_ in range(1, 4):
                await anyio.wait_all_tasks_blocked()
                bell.ring()
                await anyio.wait_all_tasks_blocked()
                assert rounds == round_


def test_only_the_first_ring_says_so() -> None:
    bell = Bell()

    assert [bell.ring(), bell.ring()] == [True, False]
