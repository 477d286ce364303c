"""A conversation: a response for each prompt, whatever happens on the way."""

import subprocess
import sys

import anyio
import pytest
from claude_agent_sdk import ClaudeAgentOptions, CLIConnectionError, ProcessError
from tests.sdk.scripted import (
    OPUS,
    OTHER,
    SESSION,
    Line,
    ScriptedTransport,
    init,
    interrupted,
    model_usage,
    recorded,
    result,
    says,
)

from agent_console.sdk import ClaudeSession, Past, SavedSession, SessionResponse

pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'claude_agent_sdk")


def answer(text: str, output: int, usd: float) -> list[Line]:
    return [
        init(),
        says(text),
        result(models={OPUS: model_usage(1, output, usd=usd)}, result=text),
    ]


def session(transport: ScriptedTransport) -> ClaudeSession:
    return ClaudeSession(transport=transport, record=False, past=Past())


async def test_each_query_gives_a_response_of_its_own() -> None:
    transport = ScriptedTransport(answer("One.", 10, 0.1), answer("Two.", 30, 0.3))
    responses: list[SessionResponse] = []

    async with session(transport) as asked:
        responses.extend([await asked.query("first"), await asked.query("second")])
        assert asked.session_id == SESSION
        assert asked.cost == 0.3
        assert asked.last_response is responses[1]

    assert [each.content for each in responses] == ["One.", "Two."]
    assert [each.cost for each in responses] == [0.1, 0.2]
    assert transport.prompts == ["first", "second"]


async def test_a_recorded_client_is_told_turn_by_turn() -> None:
    transport = ScriptedTransport(*recorded("sdk_client"))
    async with session(transport) as asked:
        responses = [await asked.query("one"), await asked.query("two")]
    assert [each.cost for each in responses] == [0.1064644, 0.0036592]
    assert [each.success for each in responses] == [True, False]


async def test_queries_at_the_same_time_wait_for_their_turn() -> None:
    transport = ScriptedTransport(answer("One.", 10, 0.1), answer("Two.", 30, 0.3))
    answers: dict[str, str] = {}

    async with session(transport) as asked, anyio.create_task_group() as tasks:

        async def ask(prompt: str) -> None:
            answers[prompt] = (await asked.query(prompt)).content

        for prompt in ("a", "b"):
            tasks.start_soon(ask, prompt)

    assert [answers[prompt] for prompt in transport.prompts] == ["One.", "Two."]


async def test_an_interrupt_gives_what_was_seen() -> None:
    models = {OPUS: model_usage(1, 10, usd=0.1)}
    turn = [init(), says("Half"), {"type": "wait"}, interrupted(models=models)]
    transport = ScriptedTransport(turn)
    responses: list[SessionResponse] = []

    async with session(transport) as asked, anyio.create_task_group() as tasks:

        async def ask() -> None:
            responses.append(await asked.query("long"))

        tasks.start_soon(ask)
        await transport.waits.wait()
        await asked.interrupt()

    (response,) = responses
    assert (response.error, response.content, response.cost) == ("interrupted", "Half", 0.1)


async def test_a_cancelled_query_leaves_its_answer_to_nobody_else() -> None:
    models = {OPUS: model_usage(1, 10, usd=0.1)}
    turn = [init(), says("Half"), {"type": "wait"}, interrupted(models=models)]
    transport = ScriptedTransport(turn, answer("Two.", 30, 0.3))

    async with session(transport) as asked:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(asked.query, "long")
            await transport.waits.wait()
            tasks.cancel_scope.cancel()
        response = await asked.query("second")

    assert (response.content, response.cost) == ("Two.", 0.2)
    assert "interrupt" in transport.requests


async def test_a_process_that_dies_is_the_responses_error() -> None:
    transport = ScriptedTransport([init(), says("Half"), ProcessError("It died", exit_code=1)])
    async with session(transport) as asked:
        response = await asked.query("go")
        again = await asked.query("again")
    assert response.error is not None
    assert "It died" in response.error
    assert response.content == "Half"
    assert not again.success


async def test_a_session_that_cannot_begin_says_so() -> None:
    class Broken(ScriptedTransport):
        async def connect(self) -> None:
            await self.close()
            raise CLIConnectionError("not here")

    with pytest.raises(CLIConnectionError, match="not here"):
        async with session(Broken()):
            pass


async def test_a_session_is_used_inside_of_its_context() -> None:
    asked = ClaudeSession(transport=None)
    with pytest.raises(RuntimeError, match="async with"):
        await asked.query("go")


async def test_a_resumed_sessions_first_response_is_its_own() -> None:
    saved = SavedSession(SESSION, "/tmp")
    past = Past()
    first = ScriptedTransport(answer("One.", 10, 0.1))
    async with ClaudeSession(transport=first, record=False, past=past) as asked:
        await asked.query("go")
    saved = SavedSession(SESSION, "/tmp", totals=past.totals(SESSION))

    transport = ScriptedTransport(answer("Two.", 30, 0.3))
    resumed = ClaudeSession(resume=saved, transport=transport, record=False, past=Past())
    async with resumed as asked:
        response = await asked.query("go on")

    assert response.cost == 0.2
    assert not response.metadata.is_estimated
    assert asked.cost == 0.3


async def test_options_that_fork_take_the_originals_totals_off() -> None:
    past = Past()
    first = ScriptedTransport(answer("One.", 10, 0.1))
    async with ClaudeSession(transport=first, record=False, past=past) as asked:
        await asked.query("go")
    options = ClaudeAgentOptions(resume=SESSION, fork_session=True)
    turn = [init(OTHER), result(OTHER, models={OPUS: model_usage(1, 15, usd=0.15)})]

    async with ClaudeSession(
        options, transport=ScriptedTransport(turn), record=False, past=past
    ) as asked:
        response = await asked.query("go on")

    assert (response.session_id, response.cost) == (OTHER, 0.05)


def test_without_the_package_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['claude_agent_sdk'] = None\n"
        "import anyio; from agent_console.sdk import ClaudeSession, collect, observe\n"
        "async def main():\n"
        "    async with ClaudeSession(record=False): pass\n"
        "anyio.run(main)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert "pip install 'agent-console[sdk]'" in done.stderr


def test_importing_it_loads_nothing_of_the_package() -> None:
    program = (
        "import sys; from agent_console.sdk import *; import agent_console.sdk.session\n"
        "heavy = {'claude_agent_sdk', 'mcp', 'sqlite3', 'genai_prices', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
