"""What runs inside a session: subagents, listed tasks, teammates.

Rule: pure functions that never touch the status; a subagent's tools are its own affair.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from agent_console.claude_code.hook_event import HookEvent
from agent_console.claude_code.tool_summary import one_line
from agent_console.daemon.state.evidence import Known
from agent_console.model.session import Activity, BackgroundTask, Subagent

SHOWN = 50
"""How many subagents, and how many tasks, of a session are shown; a last line counts the others."""
_MORE = "more"


def shown_tasks(tasks: Sequence[BackgroundTask]) -> tuple[BackgroundTask, ...]:
    """The tasks that are shown: completed ones give way first, then the oldest."""
    listed = [task for task in tasks if not _beyond(task.id, task.description)]
    completed = [task for task in listed if task.status == "completed"]
    gone = {id(task) for task in completed[: max(0, len(listed) - SHOWN)]}
    listed = [task for task in listed if id(task) not in gone]
    more = [task for task in tasks if _beyond(task.id, task.description)]
    beyond = sum(_beyond(task.id, task.description) for task in more)
    hidden = max(0, len(listed) - SHOWN)
    if not beyond + hidden:
        return tuple(listed)
    status = (more or listed)[0].status
    return (*listed[hidden:], more_tasks(beyond + hidden, status))


def more_tasks(beyond: int, status: str) -> BackgroundTask:
    """The line that stands for tasks that are not shown."""
    return BackgroundTask(f"+{beyond}", _MORE, status, _words(beyond))


def _agents(shown: Sequence[Subagent], beyond: int, since_ms: int) -> tuple[Subagent, ...]:
    """Subagents, and a line for those that are not shown."""
    if not beyond:
        return tuple(shown)
    return (*shown, Subagent(f"+{beyond}", _words(beyond), since_ms))


def _words(beyond: int) -> str:
    return f"and {beyond} more"


def _beyond(line_id: str, words: str) -> int:
    """How many a line stands for; 0 for one that stands for itself."""
    number = line_id[1:]
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return int(number) if is_number and words == _words(int(number)) else 0


def _split(agents: Sequence[Subagent]) -> tuple[list[Subagent], int, int | None]:
    """Those that are shown, how many others there are, and since when."""
    shown = [agent for agent in agents if not _beyond(agent.agent_id, agent.agent_type)]
    beyond = sum(_beyond(agent.agent_id, agent.agent_type) for agent in agents)
    return shown, beyond, agents[-1].since_ms if beyond else None


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
    shown, beyond, since_ms = _split(agents)
    if len(shown) < SHOWN:
        shown.append(Subagent(agent_id, one_line(event.agent_type or ""), sent_ms))
    else:
        beyond += 1
    since_ms = sent_ms if since_ms is None else since_ms
    return known.with_session(subagents=_agents(shown, beyond, since_ms))


def subagent_stopped(known: Known, event: HookEvent) -> Known:
    """A subagent less; compaction ends one that never began."""
    session = known.session
    shown, beyond, since_ms = _split(session.subagents)
    left = [agent for agent in shown if agent.agent_id != event.agent_id]
    if beyond and len(left) == len(shown) and event.agent_type:
        beyond -= 1  # one that is not shown by itself
    agents = _agents(left, beyond, since_ms or 0)
    return known.with_session(
        subagents=agents,
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
    return known.with_session(background_tasks=shown_tasks((*tasks, task)))
