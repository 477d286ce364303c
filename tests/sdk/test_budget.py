"""What many sessions cost together, by task, and where it ends."""

import logging

import anyio
import pytest
from claude_agent_sdk import query
from tests.sdk.scripted import OPUS, ScriptedTransport, init, model_usage, result

from agent_console.sdk import (
    Budget,
    BudgetExceeded,
    ClaudeSession,
    Past,
    ResponseMetadata,
    SessionResponse,
    budget,
    log_if_slow,
    observe,
)

pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'claude_agent_sdk")


def costs(usd: float) -> SessionResponse:
    metadata = ResponseMetadata(total_cost_usd=usd, output_tokens=10)
    return SessionResponse(content="Done.", metadata=metadata)


def silent(_: Budget, __: float) -> None:
    """Nobody is warned."""


def script(number: int, usd: float) -> ScriptedTransport:
    session = f"00000000-0000-4000-8000-{number:012}"
    models = {OPUS: model_usage(1, 10, usd=usd)}
    return ScriptedTransport([init(session), result(session, models=models)])


async def ask(number: int, usd: float) -> None:
    messages = query(prompt="go", transport=script(number, usd))
    async for _ in observe(messages, record=False, past=Past()):
        pass


async def test_everything_inside_of_it_counts() -> None:
    await ask(0, 9.0)
    async with budget(usd=5.00) as b:
        await ask(1, 0.1)
        async with ClaudeSession(transport=script(2, 0.2), record=False, past=Past()) as session:
            await session.query("go")
        async with anyio.create_task_group() as tasks:
            for number, usd in ((3, 0.1), (4, 0.2)):
                tasks.start_soon(ask, number, usd)
    await ask(5, 9.0)

    assert b.spent_usd == 0.6
    assert b.remaining_usd == 4.4
    assert b.average_usd == 0.15
    assert (b.all.responses, b.all.tokens) == (4, 44)
    assert not b.is_exceeded


async def test_budgets_lie_in_each_other() -> None:
    async with budget(usd=5.00) as outer:
        await ask(1, 0.1)
        async with budget(usd=1.00) as inner:
            await ask(2, 0.2)
    assert (outer.spent_usd, inner.spent_usd) == (0.3, 0.2)


def test_tasks_have_their_own_totals() -> None:
    with budget() as b:
        for name, usd in (("a.py", 0.1), ("b.py", 0.2), ("a.py", 0.4)):
            with b.task(name) as task:
                b.add(costs(usd))
                assert task.total_usd >= usd
        b.add(costs(1.0))

    assert {name: task.total_usd for name, task in b.tasks.items()} == {
        "a.py": 0.5,
        "b.py": 0.2,
        "": 1.0,
    }
    assert b.tasks["a.py"].average_usd == 0.25
    assert b.spent_usd == 1.7
    assert b.remaining_usd is None


def test_failures_are_counted_with_their_costs() -> None:
    b = Budget()
    b.add(SessionResponse(error="interrupted", metadata=ResponseMetadata(total_cost_usd=0.1)))
    b.add(costs(0.1))
    assert (b.all.responses, b.all.failed, b.spent_usd) == (2, 1, 0.2)


def test_it_warns_once_at_each_threshold(caplog: pytest.LogCaptureFixture) -> None:
    b = Budget(1.00)
    with caplog.at_level(logging.WARNING, "agent_console.sdk"):
        for usd in (0.4, 0.2, 0.5, 0.5):
            b.add(costs(usd))
    assert [record.getMessage() for record in caplog.records] == [
        "50 % of the budget of $1.00 are spent: $0.60",
        "80 % of the budget of $1.00 are spent: $1.10",
        "100 % of the budget of $1.00 are spent: $1.10",
    ]


def test_whoever_wants_to_hears_of_thresholds() -> None:
    passed: list[float] = []
    b = Budget(1.00, thresholds=(1, 0.1), on_threshold=lambda _, part: passed.append(part))
    b.add(costs(0.1))
    b.add(costs(2.0))
    assert passed == [0.1, 1]


async def test_it_only_counts_unless_it_is_asked_to_raise() -> None:
    async with budget(usd=0.10, on_threshold=silent) as b:
        await ask(1, 0.2)
        await ask(2, 0.2)
    assert b.is_exceeded
    assert b.remaining_usd == 0


async def test_a_budget_to_be_kept_ends_with_the_response_that_went_beyond_it() -> None:
    transport = script(1, 0.2)
    async with (
        budget(usd=0.10, raises=True, on_threshold=silent) as b,
        ClaudeSession(transport=transport, record=False, past=Past()) as session,
    ):
        with pytest.raises(BudgetExceeded, match=r"\$0\.10 is spent: \$0\.20") as beyond:
            await session.query("go")
        with pytest.raises(BudgetExceeded) as again:
            await session.query("once more")

    assert beyond.value.budget is b
    assert beyond.value.response is session.last_response
    assert beyond.value.response is not None
    assert beyond.value.response.cost == 0.2
    assert again.value.response is None
    assert transport.prompts == ["go"]


async def test_observed_messages_come_whole_before_a_budget_ends_them() -> None:
    seen: list[object] = []
    async with budget(usd=0.10, raises=True, on_threshold=silent):
        messages = query(prompt="go", transport=script(1, 0.2))

        async def read() -> None:
            async for message in observe(messages, record=False, past=Past()):
                seen.append(type(message).__name__)  # noqa: PERF401 - it ends in between

        with pytest.raises(BudgetExceeded):
            await read()
    assert seen[-1] == "ResultMessage"


def test_cents_add_up() -> None:
    b = Budget(1.00)
    for _ in range(10):
        b.add(costs(0.1))
    assert b.spent_usd == 1.0
    assert not b.is_exceeded


@pytest.mark.parametrize("usd", [0, -1, float("nan")])
def test_a_budget_is_more_than_nothing(usd: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        budget(usd)


@pytest.mark.parametrize(("ms", "slow"), [(60_000, False), (60_001, True)])
def test_what_takes_long_is_logged_with_its_tokens(
    caplog: pytest.LogCaptureFixture, ms: int, slow: bool
) -> None:
    response = costs(0.42)
    response.metadata.update(duration_ms=ms, input_tokens=12_500, turns_used=3)
    with caplog.at_level(logging.WARNING, "agent_console.sdk"):
        assert log_if_slow(response) is slow
    if slow:
        assert "took 60.0 s" in caplog.text
        assert "12.5k tokens in, 10 out, $0.42" in caplog.text
    assert not log_if_slow(response, None)


async def test_a_slow_query_is_logged_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    session = ClaudeSession(transport=script(1, 0.1), record=False, past=Past(), slow_seconds=0.001)
    with caplog.at_level(logging.WARNING, "agent_console.sdk"):
        async with session:
            await session.query("go")
    assert "Slow: session 00000000-0000-4000-8000-000000000001 took 0.5 s" in caplog.text
