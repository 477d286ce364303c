"""What a response took is what its session's totals have gained, per model."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from claude_agent_sdk import (
    ClaudeSDKClient,
    CLINotFoundError,
    ProcessError,
    query,
)
from tests.sdk.scripted import (
    HAIKU,
    OPUS,
    OTHER,
    SESSION,
    Line,
    ScriptedTransport,
    Turn,
    init,
    interrupted,
    model_usage,
    recorded,
    result,
    says,
    usage,
)

from agent_console.sdk import ModelFigures, Past, Resumed, SessionResponse, collect

# On trio the package's own client leaves generators behind.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'claude_agent_sdk")


async def asked(turn: Turn, past: Past | None = None, **kept: Any) -> SessionResponse:
    """The response of the real `query` to a script."""
    messages = query(prompt="go", transport=ScriptedTransport(turn))
    return await collect(messages, past=past or Past(), **kept)


def figures(response: SessionResponse) -> tuple[int, int, int, int]:
    kept = response.metadata
    return (
        kept.input_tokens,
        kept.output_tokens,
        kept.cache_creation_tokens,
        kept.cache_read_tokens,
    )


async def test_a_recorded_query_is_told_whole() -> None:
    (turn,) = recorded("sdk_query_multi")

    response = await asked(turn)

    kept = response.metadata
    assert response.success
    assert response.content == "The command finished."
    assert response.session_id == SESSION
    assert response.cost == kept.total_cost_usd == 0.0182446
    assert figures(response) == (2, 48, 2722, 18333)
    assert (kept.duration_ms, kept.duration_api_ms, kept.turns_used) == (539, 272, 3)
    assert kept.model == OPUS
    assert kept.timestamp is not None
    assert kept.timestamp.utcoffset() is not None
    assert not kept.is_estimated


async def test_subagents_are_in_it_which_the_turns_own_usage_leaves_out() -> None:
    (turn,) = recorded("sdk_query_agent")
    assert turn[-1]["usage"]["output_tokens"] == 56

    assert figures(await asked(turn)) == (4, 88, 11507, 26482)


async def test_a_recorded_api_error_is_the_responses_error() -> None:
    (turn,) = recorded("sdk_query_error")

    response = await asked([*turn, ProcessError("Command failed", exit_code=1)])

    assert not response.success
    assert response.error == "API Error: 400 rig error 400"
    assert response.content == ""
    assert response.metadata.duration_ms == 381
    assert response.metadata.turns_used == 1


async def test_each_turn_of_a_recorded_client_has_its_own_part_of_the_totals() -> None:
    first, second = recorded("sdk_client")
    past = Past()
    responses: list[SessionResponse] = []
    async with ClaudeSDKClient(transport=ScriptedTransport(first, second)) as client:
        for prompt in ("one", "two"):
            await client.query(prompt)
            responses.append(await collect(client.receive_response(), past=past))

    one, two = responses
    assert one.cost == 0.1064644
    assert two.cost == 0.0036592
    assert two.metadata.session_cost_usd == 0.1101236
    assert figures(two) == (1, 53, 44, 11876)
    assert two.error == "interrupted"
    assert two.metadata.turns_used == 2


async def test_costs_of_several_sessions_add_up_to_their_totals() -> None:
    past = Past()
    turns = [
        [init(), result(models={OPUS: model_usage(1, 10, usd=0.1)})],
        [init(OTHER), result(OTHER, models={OPUS: model_usage(1, 20, usd=0.2)})],
        [init(), result(models={OPUS: model_usage(2, 40, usd=0.4)})],
    ]

    responses = [await asked(turn, past) for turn in turns]

    assert [response.cost for response in responses] == [0.1, 0.2, 0.3]
    assert [response.metadata.output_tokens for response in responses] == [10, 20, 30]


async def test_differences_are_taken_per_model() -> None:
    past = Past()
    before = {OPUS: model_usage(1, 10, usd=0.1)}
    after = {**before, HAIKU: model_usage(5, 6, 7, 8, hour=7, usd=0.01)}
    await asked([init(), result(models=before)], past)

    response = await asked([init(), result(models=after)], past)

    assert response.metadata.models == {HAIKU: ModelFigures(5, 6, 7, 8, 7, 0, 10_000_000)}
    assert response.cost == 0.01


async def test_two_readers_of_one_stream_tell_the_same() -> None:
    past = Past()
    turn = [init(), says("Hi"), result(models={OPUS: model_usage(1, 10, usd=0.1)})]
    kept: list[object] = []

    async def tee() -> AsyncIterator[object]:
        inner: Any = query(prompt="go", transport=ScriptedTransport(turn))
        async for message in inner:
            kept.append(message)
            yield message

    async def again() -> AsyncIterator[object]:
        for message in kept[:1]:
            yield message
        # The other reader hears the result first.
        assert (await collect(tee(), past=past)).cost == 0.1
        for message in kept[1:]:
            yield message

    async for _ in tee():
        pass
    assert (await collect(again(), past=past)).cost == 0.1


# ---- a session that has a past ----------------------------------------------------------------


async def test_a_forks_totals_begin_with_its_originals() -> None:
    past = Past()
    before = {OPUS: model_usage(10, 100, usd=1.0)}
    await asked([init(), result(models=before)], past)
    turn = [init(OTHER), result(OTHER, models={OPUS: model_usage(11, 130, usd=1.25)})]

    response = await asked(turn, past, resumed=Resumed(SESSION, forks=True))

    assert response.session_id == OTHER
    assert response.cost == 0.25
    assert response.metadata.output_tokens == 30


@pytest.mark.parametrize(
    "totals",
    [
        {OPUS: model_usage(10, 1000, usd=0.02004)},
        {f"{OPUS}[1m]": model_usage(10, 1000, usd=0.02004)},
        {OPUS: model_usage(4, 400, usd=0.01), f"{OPUS}[1m]": model_usage(6, 600, usd=0.01004)},
    ],
)
async def test_of_an_unknown_past_only_the_turns_share_is_taken(totals: dict[str, Any]) -> None:
    # Opus' prices: 4, 20, 5, 0.2 dollars a million; this is 10 turns of one kind.
    turn = [init(), says("Hi"), result(models=totals, usage=usage(1, 100))]

    response = await asked(turn, resumed=Resumed(SESSION))

    assert figures(response) == (1, 100, 0, 0)
    assert abs(response.cost - 0.002004) < 1e-9
    assert response.metadata.session_cost_usd == 0.02004
    assert response.metadata.is_estimated


async def test_counters_that_began_anew_are_taken_whole() -> None:
    past = Past()
    await asked([init(), result(models={OPUS: model_usage(9, 900, usd=0.9)})], past)

    # The process before was killed and had not kept its totals.
    response = await asked([init(), result(models={OPUS: model_usage(1, 10, usd=0.1)})], past)

    assert response.cost == 0.1
    assert response.metadata.output_tokens == 10


async def test_after_a_reset_the_new_conversation_begins_at_zero() -> None:
    past = Past()
    reset = {"type": "conversation_reset", "new_conversation_id": "n", "uuid": "u"}
    turn = [
        init(),
        {**reset, "session_id": SESSION},
        init(OTHER),
        result(OTHER, models={OPUS: model_usage(1, 10, usd=0.1)}),
    ]
    await asked([init(), result(models={OPUS: model_usage(9, 900, usd=0.9)})], past)

    response = await asked(turn, past, resumed=Resumed(SESSION))

    assert (response.session_id, response.cost) == (OTHER, 0.1)


# ---- messages that are not as they should be --------------------------------------------------


async def test_the_usage_of_blocks_is_never_added_up() -> None:
    blocks = [says(text, used=usage(1, 1, 2525, 7904)) for text in ("One ", "two ", "three.")]
    models = {OPUS: model_usage(1, 30, 2525, 7904, usd=0.01)}

    response = await asked([init(), *blocks, result(models=models)])

    assert figures(response) == (1, 30, 2525, 7904)


async def test_a_stream_that_breaks_off_tells_what_was_seen() -> None:
    blocks = [
        says("Half an ", "msg_1", used=usage(3, 1, 20, 30)),
        says("answer", "msg_1", used=usage(3, 1, 20, 30)),
        says("", "msg_2", used=usage(1, 1)),
    ]

    response = await asked([init(), *blocks])

    assert response.error == "The messages ended without a result."
    assert response.content == "Half an \n\nanswer"
    assert figures(response) == (4, 2, 20, 30)
    assert response.metadata.is_estimated


async def test_an_exception_of_the_sdk_is_an_error_and_no_exception() -> None:
    response = await asked([init(), says("Half"), ProcessError("It died", exit_code=137)])

    assert response.error is not None
    assert "It died" in response.error
    assert response.content == "Half"
    assert response.session_id == SESSION


async def test_a_missing_program_is_an_error_and_no_exception() -> None:
    async def messages() -> AsyncIterator[object]:
        yield None
        raise CLINotFoundError

    assert (await collect(messages())).error == "Claude Code not found"


async def test_the_callers_own_exceptions_are_its_own() -> None:
    async def messages() -> AsyncIterator[object]:
        yield object()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await collect(messages())


async def test_partial_messages_tell_final_figures_of_a_stream_that_breaks_off() -> None:
    start = {"type": "message_start", "message": says("")["message"]}
    end = {"type": "message_delta", "usage": {"output_tokens": 77}}
    events = [
        {"type": "stream_event", "uuid": "u", "session_id": SESSION, "event": event}
        for event in (start, {"type": "content_block_delta"}, end)
    ]

    assert figures(await asked([init(), *events]))[:2] == (1, 77)


@pytest.mark.parametrize("subtype", ["error_max_turns", "error_max_budget_usd"])
async def test_a_limit_is_an_error_with_its_costs(subtype: str) -> None:
    models = {OPUS: model_usage(1, 10, usd=0.1)}
    turn = [init(), result(models=models, subtype=subtype, is_error=True, result=None)]

    response = await asked(turn)

    assert response.error == subtype
    assert response.cost == 0.1


def without(line: Line, *names: str) -> Line:
    return {name: value for name, value in line.items() if name not in names}


async def test_a_result_without_models_counts_the_turns_usage() -> None:
    line = result(usage=usage(1, 2, 3, 4), total_cost_usd=0.5)

    response = await asked([init(), says("Hi"), without(line, "modelUsage")])

    assert figures(response) == (1, 2, 3, 4)
    assert response.cost == 0.5
    assert response.metadata.is_estimated


async def test_a_result_without_any_figures_counts_its_messages() -> None:
    line = without(result(), "modelUsage", "usage", "total_cost_usd", "terminal_reason")

    response = await asked([init(), says("Hi", used=usage(5, 1)), line])

    assert response.success
    assert figures(response) == (5, 1, 0, 0)
    assert response.cost == 0


async def test_a_result_without_a_cost_has_that_of_its_models() -> None:
    line = without(result(models={OPUS: model_usage(1, 2, usd=0.5)}), "total_cost_usd")
    assert (await asked([init(), line])).cost == 0.5


async def test_the_result_may_come_before_all_else() -> None:
    models = {OPUS: model_usage(1, 10, usd=0.1)}

    response = await asked([result(models=models), says("late"), init()])

    assert (response.session_id, response.cost, response.content) == (SESSION, 0.1, "Done.")


async def test_an_older_result_after_a_newer_one_takes_nothing_back() -> None:
    late = result(models={OPUS: model_usage(1, 10, usd=0.1)})
    newer = [result(models={OPUS: model_usage(2, 10 * n, usd=n / 10)}) for n in (3, 4)]

    response = await asked([init(), newer[0], late, newer[1]])

    assert response.cost == 0.4
    assert response.metadata.output_tokens == 40


async def test_an_interrupt_tells_what_was_used() -> None:
    turn = [init(), says("Half"), interrupted(models={OPUS: model_usage(1, 10, usd=0.1)})]

    response = await asked(turn)

    assert response.error == "interrupted"
    assert response.content == "Half"
    assert response.cost == 0.1


@dataclass
class ResultMessage:
    """A result of a later version, or an earlier one: all of it of unexpected types."""

    session_id: Any = 7
    model_usage: Any = "none"
    total_cost_usd: Any = float("nan")
    usage: Any = ()
    duration_ms: Any = "long"
    num_turns: Any = -3
    result: Any = None
    errors: Any = "many"
    is_error: Any = None
    something_new: Any = object


async def test_fields_of_other_types_are_not_told() -> None:
    async def messages() -> AsyncIterator[object]:
        yield None
        yield ResultMessage()
        yield ResultMessage(model_usage={3: {}, OPUS: None, HAIKU: {"inputTokens": True}})

    response = await collect(messages(), past=Past())

    assert response.error is None
    assert not response.success
    assert response.session_id is None
    assert (response.cost, figures(response)) == (0, (0, 0, 0, 0))


async def test_unknown_messages_and_fields_are_passed_over() -> None:
    models = {OPUS: {**model_usage(1, 10, usd=0.1), "somethingNew": {"deep": [1]}}}
    turn = [
        {"type": "something_new", "session_id": SESSION},
        {**init(), "something_new": 1},
        {"type": "system", "subtype": "thinking_tokens", "tokens": 5},
        {**result(models=models), "something_new": 1},
    ]
    assert (await asked(turn)).cost == 0.1
