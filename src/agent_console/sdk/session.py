"""A conversation: prompts in, typed responses out, recorded on the way."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Self

import anyio

from agent_console.sdk import recorder
from agent_console.sdk.budget import count_into_budgets, refuse_beyond_budgets
from agent_console.sdk.continuity import SavedSession
from agent_console.sdk.messages import is_sdk_error, resumed_by
from agent_console.sdk.metadata import SessionResponse
from agent_console.sdk.observing import said
from agent_console.sdk.past import OF_THIS_PROCESS, Past
from agent_console.sdk.slow import SLOW_SECONDS, log_if_slow
from agent_console.sdk.watching import Watch

if TYPE_CHECKING:  # the package is loaded when a session begins
    from agent_console.sdk.package import ClaudeAgentOptions, ClaudeSDKClient, Transport


class ClaudeSession:
    """One `ClaudeSDKClient` with a response for each prompt. Use it as an async context manager.

    Args:
        options: As for `ClaudeSDKClient`.
        resume: A session to go on with: its id, or what `load` or `last_session` gave.
        transport: As for `ClaudeSDKClient`.
        record: Tell the daemon: the session is on the board, its cost in the ledger.
        slow_seconds: Log a query that takes longer; null: none.
        past: What is known of sessions.

    Attributes:
        last_response: What the last query gave.
    """

    def __init__(
        self,
        options: "ClaudeAgentOptions | None" = None,
        *,
        resume: SavedSession | str | None = None,
        transport: "Transport | None" = None,
        record: bool = True,
        slow_seconds: float | None = SLOW_SECONDS,
        past: Past = OF_THIS_PROCESS,
    ) -> None:
        self.last_response: SessionResponse | None = None
        self._options = options
        self._resume = resume
        self._transport = transport
        self._record = record
        self._slow_seconds = slow_seconds
        self._past = past
        self._client: ClaudeSDKClient | None = None
        self._messages: AsyncIterator[Any] | None = None
        self._watch: Watch | None = None
        self._asking = anyio.Lock()
        self._is_owed = False

    async def __aenter__(self) -> Self:
        from agent_console.sdk.package import ClaudeSDKClient  # noqa: PLC0415 - now it is needed

        options = self._options
        if self._resume is not None:
            saved = self._resume
            if isinstance(saved, str):
                saved = SavedSession(saved)
            saved.recall(self._past)
            options = saved.options(options)
        self._watch = Watch(
            resumed_by(options),
            stays_open=False,
            recorder=recorder.OF_THIS_PROCESS if self._record else None,
            past=self._past,
        )
        client = ClaudeSDKClient(options, self._transport)
        await client.connect()
        self._client = client
        return self

    async def __aexit__(self, *_: object) -> None:
        client, self._client = self._client, None
        if self._watch is not None:
            self._watch.ended()
        if client is not None:
            await client.disconnect()  # noqa: ASYNC102 - it shields itself, and has its own limits

    @property
    def client(self) -> "ClaudeSDKClient":
        """The client underneath, for what this does not do.

        Raises:
            RuntimeError: The session has not begun, or is over.
        """
        if self._client is None:
            raise RuntimeError("Use the session inside of `async with ClaudeSession(...)`.")
        return self._client

    @property
    def session_id(self) -> str | None:
        """Claude Code's; null until it has told it."""
        return None if self._watch is None else self._watch.collector.session_id

    @property
    def cost(self) -> float:
        """What the session has cost so far with its past, US dollars."""
        last = self.last_response
        return 0.0 if last is None else last.metadata.session_cost_usd

    async def query(self, prompt: str) -> SessionResponse:
        """Ask, and wait for the answer. One query at a time; others wait for their turn.

        What Claude Code fails at is the response's `error` and no exception.

        Raises:
            BudgetExceeded: A budget that is to be kept is spent: with the response when it was this
                one, and before anything is asked when it was an earlier one.
            RuntimeError: The session has not begun, or is over.
        """
        client, watch = self.client, self._watch
        refuse_beyond_budgets()
        async with self._asking:
            if watch is None:
                raise RuntimeError("The session has not begun.")
            await self._take_what_is_owed(client, watch)
            watch.prompted()
            self._is_owed = True
            try:
                await client.query(prompt)
                response = await self._response(watch)
            except Exception as error:
                if not is_sdk_error(error):
                    raise
                response = self._failed(watch, error)
        self.last_response = response
        log_if_slow(response, self._slow_seconds)
        count_into_budgets(response)
        return response

    async def interrupt(self) -> None:
        """Stop what is under way; the query that waits for it gets what was seen."""
        await self.client.interrupt()

    async def _take_what_is_owed(self, client: "ClaudeSDKClient", watch: Watch) -> None:
        """A query that was cancelled has an answer still: it is no answer to the next one."""
        if self._is_owed:
            try:
                await client.interrupt()
                count_into_budgets(await self._response(watch))
            except Exception as error:
                if not is_sdk_error(error):
                    raise
                self._failed(watch, error)

    async def _response(self, watch: Watch) -> SessionResponse:
        # One iterator for all turns: it cannot be left in the middle without being closed. Only a
        # cancellation ends it, and then the next query begins another.
        messages = self._messages or self.client.receive_messages()
        self._messages = None
        async for message in messages:
            response = watch.take(message)
            if response is not None:
                self._messages = messages
                self._is_owed = False
                return response
        self._is_owed = False
        return watch.response()

    def _failed(self, watch: Watch, error: Exception) -> SessionResponse:
        self._is_owed = False
        watch.collector.fail(said(error))
        return watch.response()
