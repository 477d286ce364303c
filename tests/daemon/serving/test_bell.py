import anyio

from agent_console.daemon.serving.bell import Bell

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
