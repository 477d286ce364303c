"""Claude Code as the SDK meets it, from a script: the real package on a transport of ours.

Rule: lines are as the real client writes them; what the package makes of them is its business.
"""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import anyio
from claude_agent_sdk import Transport

Line = dict[str, Any]
Turn = Sequence[Line | Exception]

RECORDED = Path(__file__).parents[1] / "fixtures" / "claude-code-2.1.329"
OPUS = "claude-opus-5-5"
HAIKU = "claude-haiku-4-5"
SESSION = "3121083b-48db-482f-bb8e-c37ce86cfcbd"
OTHER = "7aea7f65-d539-47a2-b34f-42a4bf0969f7"
FOLDER = "/home/user/project"


class ScriptedTransport(Transport):
    """Plays one turn for each prompt, and ends when the script does or the input.

    Attributes:
        prompts: What was asked.
        interrupted: A turn waits for this where the script says `{"type": "wait"}`.
    """

    def __init__(self, *turns: Turn) -> None:
        self.prompts: list[Any] = []
        self.requests: list[str] = []
        self.waits = anyio.Event()
        self._turns = list(turns)
        self._is_ready = False
        self._send, self._receive = anyio.create_memory_object_stream[Line | Exception](1000)
        self._after_interrupt: list[Line | Exception] = []

    async def connect(self) -> None:
        self._is_ready = True

    async def write(self, data: str) -> None:
        for text in data.splitlines():
            line: Line = json.loads(text)
            if line["type"] == "control_request":
                self._answer(line)
            elif line["type"] == "user":
                self.prompts.append(line["message"]["content"])
                self._play(list(self._turns.pop(0)) if self._turns else [])

    def _answer(self, line: Line) -> None:
        self.requests.append(line["request"]["subtype"])
        answer: Line = {"subtype": "success", "request_id": line["request_id"], "response": {}}
        self._send.send_nowait({"type": "control_response", "response": answer})
        if line["request"]["subtype"] == "interrupt":
            self._play(self._after_interrupt)

    def _play(self, turn: list[Line | Exception]) -> None:
        for number, line in enumerate(turn):
            if not isinstance(line, Exception) and line["type"] == "wait":
                self._after_interrupt = turn[number + 1 :]
                self.waits.set()
                return
            self._send.send_nowait(line)

    async def read_messages(self) -> AsyncIterator[Line]:
        async for line in self._receive:
            if isinstance(line, Exception):
                raise line
            yield line

    async def close(self) -> None:
        self._is_ready = False
        self._send.close()
        self._receive.close()

    def is_ready(self) -> bool:
        return self._is_ready

    async def end_input(self) -> None:
        self._send.close()


def init(session: str = SESSION, **fields: Any) -> Line:
    data = {"session_id": session, "cwd": FOLDER, "model": OPUS}
    return {"type": "system", "subtype": "init", **data, **fields}


def usage(
    new: int = 1, output: int = 1, written: int = 0, read: int = 0, *, hour: int = 0
) -> dict[str, Any]:
    return {
        "input_tokens": new,
        "output_tokens": output,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": written - hour,
            "ephemeral_1h_input_tokens": hour,
        },
    }


def says(
    text: str,
    message_id: str | None = "msg_1",
    session: str = SESSION,
    *,
    model: str = OPUS,
    parent: str | None = None,
    used: dict[str, Any] | None = None,
    **fields: Any,
) -> Line:
    """One content block, with the usage of the message's start."""
    message = {
        "id": message_id,
        "model": model,
        "content": [{"type": "text", "text": text}],
        "usage": usage() if used is None else used,
        "stop_reason": None,
    }
    return {
        "type": "assistant",
        "message": message,
        "session_id": session,
        "parent_tool_use_id": parent,
        **fields,
    }


def model_usage(
    new: int = 0,
    output: int = 0,
    written: int = 0,
    read: int = 0,
    *,
    hour: int = 0,
    usd: float = 0.0,
) -> dict[str, Any]:
    return {
        "inputTokens": new,
        "outputTokens": output,
        "cacheCreationInputTokens": written,
        "cacheReadInputTokens": read,
        "cacheCreationEphemeral5mInputTokens": written - hour,
        "cacheCreationEphemeral1hInputTokens": hour,
        "webSearchRequests": 0,
        "costUSD": usd,
    }


def result(session: str = SESSION, models: dict[str, Any] | None = None, **fields: Any) -> Line:
    """The end of a turn; the cost is that of all models."""
    models = models or {}
    return {
        "type": "result",
        "subtype": "success",
        "duration_ms": 539,
        "duration_api_ms": 272,
        "is_error": False,
        "num_turns": 1,
        "session_id": session,
        "result": "Done.",
        "total_cost_usd": sum(each["costUSD"] for each in models.values()),
        "modelUsage": models,
        "terminal_reason": "completed",
        **fields,
    }


def interrupted(session: str = SESSION, models: dict[str, Any] | None = None) -> Line:
    """A turn that somebody interrupted: no figures of its own."""
    return result(
        session,
        models,
        subtype="error_during_execution",
        is_error=True,
        result=None,
        usage=usage(0, 0),
        errors=["[ede_diagnostic] result_type=user last_content_type=n/a stop_reason=null"],
        terminal_reason="aborted_streaming",
    )


def recorded(case: str) -> list[list[Line]]:
    """A recorded case as the lines that it was made of, turn by turn.

    The recording holds the first two assistant messages, and the first and the interrupted result.
    """
    summary = json.loads((RECORDED / "sdk" / "summary.json").read_text())["cases"][case]
    lines: list[Line] = [init(summary["results"][0]["session_id"])]
    for said in summary["assistant"]:
        content: list[Line] = [
            {"type": "text", "text": "…"}
            if block == "TextBlock"
            else {"type": "thinking", "thinking": "…", "signature": "…"}
            if block == "ThinkingBlock"
            else {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
            for block in said["blocks"]
        ]
        message: Line = {"id": said["message_id"], "content": content}
        message |= {name: said[name] for name in ("model", "usage", "stop_reason")}
        kept = {name: said[name] for name in ("session_id", "parent_tool_use_id", "error")}
        lines.append({"type": "assistant", "message": message, **kept})
    turns = [lines]
    for ended in summary["results"]:
        line = {"type": "result", **ended, "modelUsage": ended["model_usage"]}
        turns[-1].append({name: value for name, value in line.items() if name != "__class__"})
        turns.append([init(ended["session_id"])])
    return turns[:-1]
