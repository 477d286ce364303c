"""A session with something of everything, as the daemon, the ledger and the transcripts tell it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.usage.ingest.transcripts import OTHER, SESSION, answer, prompt, tool_result, write

from agent_console.client.cache import SessionCache
from agent_console.config_prices import PricesConfig
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import (
    Activity,
    BackgroundTask,
    Session,
    StateTransition,
    Status,
    Subagent,
)
from agent_console.model.usage import Limits
from agent_console.paths import database_path
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import Snapshot
from agent_console.usage.ingest.catch_up import bring_up_to_date

BEGAN = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
MINUTE_MS = 60_000
BEGAN_MS = int(BEGAN.timestamp() * 1000)
NOW_MS = BEGAN_MS + 150 * MINUTE_MS

FABLE = "claude-opus-4-5-20251101"
HAIKU = "claude-haiku-4-5-20251001"


def at(minutes: float) -> str:
    """So long after it began, as a transcript writes it."""
    return (BEGAN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def used(new: int, output: int, written: int = 0, read: int = 0) -> dict[str, Any]:
    """What the API says of a response."""
    return {
        "input_tokens": new,
        "output_tokens": output,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": written},
    }


def asked(text: Any, minutes: float, **more: Any) -> dict[str, Any]:
    """A person's line."""
    return prompt(text, timestamp=at(minutes), uuid=f"user-{minutes}", **more)


def said(
    number: int,
    content: Sequence[dict[str, Any]] | str,
    minutes: float,
    usage: dict[str, Any],
    model: str = FABLE,
    **more: Any,
) -> dict[str, Any]:
    """A response's line."""
    line = answer(
        f"msg_{number}", usage, model=model, timestamp=at(minutes), uuid=f"said-{number}", **more
    )
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
    line["message"]["content"] = blocks
    return line


def called(tool: str, **given: Any) -> dict[str, Any]:
    """A call of a tool."""
    return {"type": "tool_use", "id": "toolu_1", "name": tool, "input": given}


LINES: tuple[dict[str, Any], ...] = (
    {"type": "custom-title", "customTitle": "Mend the login that loops", "sessionId": SESSION},
    asked("The login loops after the session cookie expires. Find out why and mend it.", 0),
    said(1, "I will look at the session middleware first.", 0.2, used(3200, 240, 18_000)),
    said(2, [called("Read", file_path="src/auth/session.ts")], 0.6, used(12, 90, 900, 18_000)),
    tool_result("x" * 5000, timestamp=at(0.7)),
    said(3, [called("Bash", command="pytest tests/auth -q"),
             called("Bash", command="git log --oneline -5")], 2, used(14, 310, 2100, 18_900)),
    asked("<command-name>/model</command-name>\n<command-args>haiku</command-args>", 20),
    said(4, [{"type": "thinking", "thinking": "The cookie is renewed in two places."}], 21,
         used(30, 700, 1500, 21_000), HAIKU),
    asked("[red]Careful[/red]: keep the \u202eold\u202c tests \x1b[31mgreen\x1b[0m", 40),
    said(5, "Rewriting the whole middleware, with the reasons beside each change.", 44,
         used(8200, 9400, 48_000, 21_000)),
    said(6, [called("Agent", description="Look for other cookies", prompt="…")], 60,
         used(16, 150, 800, 69_000)),
    said(7, "Done: 12 tests pass. 日本語のコメントも直しました。 👩\u200d🔧", 118,
         used(21, 420, 900, 70_000)),
)  # fmt: skip


def subagent_lines() -> tuple[dict[str, Any], ...]:
    """What a subagent did meanwhile."""
    mine = {"isSidechain": True, "agentId": "a1", "attributionAgent": "Explore"}
    return (
        asked("Look for other cookies", 61, **mine),
        said(21, [called("Grep", pattern="set-cookie")], 62, used(9, 80, 4000), HAIKU, **mine),
        said(22, "There are two more, both harmless.", 63, used(9, 120, 300, 4000), HAIKU, **mine),
    )


def write_story(home: Path, *, lines: Sequence[dict[str, Any]] = LINES) -> Path:
    """Its transcripts below the home; where the main one lies."""
    project = home / ".claude/projects/-home-user-project"
    write(project / f"{SESSION}/subagents/agent-a1.jsonl", *subagent_lines())
    path = project / f"{SESSION}.jsonl"
    write(path, *lines)
    return path


def bring_story(home: Path, *, lines: Sequence[dict[str, Any]] = LINES) -> Path:
    """The same with a ledger that has taken it in."""
    path = write_story(home, lines=lines)
    bring_up_to_date(database_path(), PricesConfig())
    return path


def story(status: Status = Status.QUESTION) -> Session:
    """The session as the board has it at NOW_MS."""
    return Session(
        SESSION,
        status,
        NOW_MS - 12 * MINUTE_MS,
        NOW_MS - 12 * MINUTE_MS,
        display_name="web-shop",
        reason="question",
        activity=Activity(None, "Shall the old cookies be deleted?"),
        working_dir="/home/user/project",
        title="Mend the login that loops",
        label="login",
        priority=2,
        note="Ask Ada before merging [bold]this[/bold]",
        seen=True,
        pid=4242,
        model=FABLE,
        git_branch="fix/login-loop",
        context_used_percent=47.0,
        subagents=(Subagent("a1", "Explore", NOW_MS - 9 * MINUTE_MS,
                            Activity("Grep", "set-cookie")),),
        background_tasks=(BackgroundTask("b1", "shell", "running", "npm run dev"),),
        predecessor=OTHER,
        metadata=SessionMetadata(SESSION, 11_511, 11_510, 76_500, 221_900, 1.1489, FABLE, NOW_MS),
    )  # fmt: skip


HISTORY = (
    StateTransition(BEGAN_MS + 3 * MINUTE_MS, Status.WORKING, Status.ATTENTION, 3 * MINUTE_MS),
    StateTransition(BEGAN_MS + 20 * MINUTE_MS, Status.ATTENTION, Status.WORKING, 17 * MINUTE_MS),
    StateTransition(BEGAN_MS + 22 * MINUTE_MS, Status.WORKING, Status.QUESTION, 2 * MINUTE_MS),
    StateTransition(BEGAN_MS + 23 * MINUTE_MS, Status.QUESTION, Status.WORKING, MINUTE_MS),
    StateTransition(BEGAN_MS + 138 * MINUTE_MS, Status.WORKING, Status.QUESTION, 115 * MINUTE_MS),
)
ANCESTOR = Session(
    OTHER,
    Status.CLOSED,
    BEGAN_MS - 600 * MINUTE_MS,
    BEGAN_MS,
    display_name="web-shop",
    title="Yesterday's look",
    closed=True,
)


def put_on(cache: SessionCache, *sessions: Session) -> None:
    """The board as a daemon tells it."""
    snapshot = Snapshot("e", 1, sessions, (), Limits(), resync=True)
    cache.apply(Notification("snapshot", 1, "e", snapshot))
