"""What runs inside a session: subagents, listed tasks, teammates.

Rule: pure functions that never touch the status; a subagent's tools are its own affair.
"""

from msgspec.structs import replace

from agent_console.claude_code.hook_event import HookEvent
from agent_console.claude_code.tool_summary import one_line
from agent_console.daemon.evidence import Known
from agent_console.model.session import Activity, BackgroundTask, Subagent

LISTED_TASKS_KEPT = 50
"""How many tasks of a session are shown; completed ones give way first."""


def subagent_doing(known: Known, agent_id: str, activity: Activity | None) -> Known:
    """A subagent with its tool, or without."""
    return known.with_session(
        subagents=tuple(
            replace(agent, activity=activity) if agent.agent_id == agent_id else agent
            for agent in known.session.subagents
        )
    )


def subagent_started(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """A subagent more; the same one is told of once."""
    agents = known.session.subagents
    agent_id = event.agent_id
    if agent_id is None or any(agent.agent_id == agent_id for agent in agents):
        return known
    agent = Subagent(agent_id, one_line(event.agent_type or ""), sent_ms)
    return known.with_session(subagents=(*agents, agent))


def subagent_stopped(known: Known, event: HookEvent) -> Known:
    """A subagent less; compaction ends one that never began."""
    session = known.session
    return known.with_session(
        subagents=tuple(agent for agent in session.subagents if agent.agent_id != event.agent_id),
        background_tasks=tuple(
            task for task in session.background_tasks if task.id != event.agent_id
        ),
    )


def task_created(known: Known, event: HookEvent, _sent_ms: int) -> Known:
    """A task was put on the session's list."""
    return _with_task(known, event, "open")


def task_completed(known: Known, event: HookEvent, _sent_ms: int) -> Known:
    """A task of the session's list is done."""
    return _with_task(known, event, "completed")


def _with_task(known: Known, event: HookEvent, status: str) -> Known:
    if event.task_id is None:
        return known
    subject = one_line(event.task_subject or "")
    return _with(known, BackgroundTask(event.task_id, "task", status, subject))


def teammate_idle(known: Known, event: HookEvent, _sent_ms: int) -> Known:
    """A teammate waits for work."""
    name = event.teammate_name
    if name is None:
        return known
    teammate = BackgroundTask(event.agent_id or name, "teammate", "idle", one_line(name))
    return _with(known, teammate)


def _with(known: Known, task: BackgroundTask) -> Known:
    """The tree with one task in its newest state, at its old place."""
    tasks = known.session.background_tasks
    at = next((i for i, old in enumerate(tasks) if (old.id, old.type) == (task.id, task.type)), -1)
    if at >= 0:
        old = tasks[at]
        if old.status == "completed" and old.description == task.description:
            return known  # its creation was heard after its end
        return known.with_session(background_tasks=(*tasks[:at], task, *tasks[at + 1 :]))
    tasks = (*tasks, task)
    if len(tasks) > LISTED_TASKS_KEPT:
        oldest = next((i for i, old in enumerate(tasks) if old.status == "completed"), 0)
        tasks = (*tasks[:oldest], *tasks[oldest + 1 :])
    return known.with_session(background_tasks=tasks)
