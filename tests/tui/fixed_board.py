"""Boards with nothing in them that moves: a clock that stands, and no socket."""

from typing import cast

from tests.tui.running_app import until
from textual.pilot import Pilot

from agent_console.client.asynchronous import AsyncClient
from agent_console.client.link import LinkState
from agent_console.config import Config
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import (
    Activity,
    BackgroundTask,
    Session,
    Status,
    Subagent,
)
from agent_console.model.usage import Limit, Limits, Spending
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import Snapshot
from agent_console.tui.app import ConsoleApp

NOW_MS = 1_790_000_000_000
MINUTE_MS = 60_000


def fixed_app(
    sessions: list[Session],
    *,
    state: LinkState = LinkState.CONNECTED,
    why: str = "",
    config: Config | None = None,
) -> ConsoleApp:
    """The app with sessions that are given, instead of a daemon.

    Args:
        sessions: What is on the board.
        state: How things stand with the daemon.
        why: What is wrong with it.
        config: The person's settings.
    """
    app = ConsoleApp("/nobody/listens/here", start=False, config=config or Config())
    app.now_ms = lambda: NOW_MS
    app.link.run = _nothing  # type: ignore[method-assign]
    app.money.run = _nothing  # type: ignore[method-assign]
    app.money.spending = Spending(14.2, 3.1, 2.4)
    app.alerts.load = _no_alerts  # type: ignore[method-assign, assignment]
    app.link.cache.apply(snapshot(sessions))
    app.link.state = state
    app.link.why = why
    return app


async def _nothing() -> None:
    return


async def _no_alerts(_client: AsyncClient) -> None:
    return


def snapshot(sessions: list[Session]) -> Notification:
    """What a daemon tells first."""
    limits = Limits(
        Limit(62.0, NOW_MS + 90 * MINUTE_MS, "official", NOW_MS),
        Limit(18.0, NOW_MS + 4000 * MINUTE_MS, "official", NOW_MS),
    )
    return Notification(
        "snapshot", 1, "e", Snapshot("e", 1, tuple(sessions), (), limits, resync=True)
    )


async def settled(pilot: Pilot[None]) -> None:
    """Let the app draw all it knows."""
    workers = [worker for worker in pilot.app.workers if worker.group != "edit"]
    if workers:
        await pilot.app.workers.wait_for_complete(workers)  # pyright: ignore[reportUnknownMemberType]
    app = cast("ConsoleApp", pilot.app)  # pyright: ignore[reportUnknownMemberType]
    if app.link.cache.sessions:  # keys that come before the rows have the focus go nowhere
        await until(pilot, lambda: app.screen.focused is not None)
    await pilot.pause()
    await pilot.pause()


def session(name: str, status: Status, minutes: float, **fields: object) -> Session:
    """A session that has been in its status for so long."""
    known: dict[str, object] = {
        "display_name": name,
        "since_ms": NOW_MS - int(minutes * MINUTE_MS),
        "last_seen_ms": NOW_MS,
        "working_dir": f"/home/me/src/{name}",
        "model": "claude-opus-4-5-20251101",
        **fields,
    }
    session_id = str(known.pop("session_id", f"{name}-id"))
    return Session(session_id=session_id, status=status, **known)  # type: ignore[arg-type]


def spent(session_id: str, tokens: int, cost: float) -> SessionMetadata:
    """What a session has used."""
    return SessionMetadata(session_id, tokens // 3, tokens // 6, tokens // 6, tokens // 3, cost)


def one_of_each() -> list[Session]:
    """Every way to wait, work and be closed."""
    attention, question = Status.ATTENTION, Status.QUESTION
    return [
        session(
            "payments-service",
            question,
            0.7,
            reason="question",
            activity=Activity(
                "AskUserQuestion",
                "Which database should the migration target: the staging copy or production?",
            ),
            git_branch="feat/refunds",
            label="release",
            context_used_percent=61.4,
            title="Refund flow",
            metadata=spent("a", 1_234_567, 12.345),
            priority=5,
        ),
        session(
            "web",
            question,
            12,
            reason="plan",
            seen=True,
            activity=Activity("ExitPlanMode", "Move the session store to Redis in four steps"),
            git_branch="main",
            context_used_percent=34,
            metadata=spent("b", 220_400, 1.2),
            title="Session store",
        ),
        session(
            "design-system",
            question,
            3,
            reason="mcp",
            activity=Activity("figma", "Sign in to Figma"),
            git_branch="tokens-v2",
            context_used_percent=12,
            metadata=spent("c", 90_400, 0.31),
            model="claude-sonnet-4-5-20250929",
        ),
        session(
            "billing/api",
            attention,
            4,
            reason="permission",
            activity=Activity("Bash", "rm -rf build && make all"),
            git_branch="fix/rounding",
            context_used_percent=83,
            metadata=spent("d", 2_234_567, 22.1),
            label="hotfix",
            title="Rounding of cents",
        ),
        session(
            "search/api",
            attention,
            65,
            reason="error",
            activity=Activity(None, "API Error 529: overloaded, tried 10 times"),
            git_branch="main",
            context_used_percent=97,
            metadata=spent("e", 512_000, 3.5),
            title="Index rebuild",
        ),
        session(
            "docs",
            attention,
            7,
            reason="done",
            git_branch="gh-pages",
            context_used_percent=22,
            metadata=spent("f", 41_000, 0.42),
            model="claude-haiku-4-5-20251001",
            title="Install guide",
            note="check the screenshots before merging",
        ),
        session(
            "docs",
            attention,
            190,
            reason="ready",
            session_id="7b1e9c",
            seen=True,
            git_branch="gh-pages",
        ),
        session(
            "ml-pipeline",
            Status.WORKING,
            2.2,
            activity=Activity("Edit", "src/pipeline/train.py"),
            git_branch="exp/lr-sweep",
            context_used_percent=48,
            metadata=spent("g", 3_100_000, 31.07),
            label="research",
            title="Learning-rate sweep",
            subagents=(
                Subagent("a1", "Explore", NOW_MS - 42_000, Activity("Grep", "learning_rate")),
                Subagent("a2", "code-reviewer", NOW_MS - 8_000, None),
            ),
            background_tasks=(BackgroundTask("b1", "shell", "running", "pytest -x tests/train"),),
        ),
        session(
            "infra",
            Status.WORKING,
            0.1,
            reason="background",
            seen=True,
            git_branch="main",
            background_tasks=(BackgroundTask("b1", "shell", "running", "terraform apply"),),
            metadata=spent("h", 9_000, 0.05),
        ),
        session(
            "mobile-app-with-a-rather-long-name",
            Status.WORKING,
            33,
            activity=Activity("compacting", ""),
            context_used_percent=99,
            git_branch="feat/offline-mode-for-the-reader",
            metadata=spent("i", 900_000, 8.8),
        ),
        session(
            "[red]markup[/]",
            Status.CLOSED,
            300,
            reason="prompt_input_exit",
            session_id="4e5f6a",
            metadata=spent("j", 15_000, 0.11),
        ),
        session("日本語プロジェクト", Status.CLOSED, 3000, reason="crashed", session_id="9d0c1b"),
    ]
