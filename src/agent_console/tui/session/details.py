"""The side of the session screen: what is known of it, in sections.

Rule: details are exact; only lists round. A section that would say nothing is left out.
"""

from collections import Counter
from collections.abc import Iterable
from os.path import expanduser

from msgspec import UNSET
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent_console.board.lineage import Lineage, lineage
from agent_console.board.session_view import SessionView
from agent_console.board.timeline import stretches
from agent_console.model.format import elapsed, exact_cost, printable
from agent_console.model.palette import SYMBOLS, hue, status_hue
from agent_console.model.session import Session
from agent_console.model.session_words import one_line
from agent_console.model.short_names import short_model, short_path
from agent_console.tui.session.timeline_bar import TimelineBar
from agent_console.tui.session.usage_section import usage_section
from agent_console.usage.money import dollars

NAME_CELLS = 11
Row = tuple[str, Text | str]


def details(view: SessionView) -> Group:
    """All sections, one below the other."""
    parts: list[RenderableType] = []
    for title, body in _sections(view):
        if body is not None:
            parts += [Text(title, f"bold {hue('input', dark=view.dark)}"), body, Text()]
    return Group(*parts[:-1])


def _sections(view: SessionView) -> Iterable[tuple[str, RenderableType | None]]:
    yield "Timeline", _timeline(view)
    yield "Session", rows(_session(view))
    yield "Subagents and background", rows(_behind(view))
    yield "Usage", usage_section(view)
    yield "Lineage", rows(_lineage(view))
    yield "History", _history(view)


def rows(given: Iterable[Row]) -> Table | None:
    """Names and values; null when there is none."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(style="dim", width=NAME_CELLS, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for name, value in given:
        if value:
            table.add_row(name, value if isinstance(value, Text) else Text(value))
    return table if table.row_count else None


def _timeline(view: SessionView) -> TimelineBar | None:
    found = stretches(view.session, view.history, view.now_ms) if view.is_on_board else []
    return TimelineBar(found, view) if found else None


def _session(view: SessionView) -> Iterable[Row]:
    session = view.session
    yield "Label", one_line(session.label)
    yield "Priority", str(session.priority) if session.priority else ""
    yield "Note", one_line(session.note)
    yield "Folder", short_path(session.working_dir, expanduser("~"))
    yield "Branch", one_line(session.git_branch)
    yield "Last model", one_line(short_model(session.model))
    percent = session.context_used_percent
    yield "Context", "" if percent is None else f"{percent:.0f}% used"
    yield "API errors", f"{view.api_errors:,}" if view.api_errors else ""
    yield "Last sign", f"{view.last_sign}, {view.moment(view.last_ms)}" if view.last_ms else ""
    yield "Agent", one_line(session.agent_type) if view.is_on_board else ""
    yield "Process", "" if session.pid is None else str(session.pid)
    yield "Id", printable(session.session_id)


def _behind(view: SessionView) -> Iterable[Row]:
    for agent in view.session.subagents:
        activity = agent.activity
        what = "" if activity is None else " ".join(filter(None, (activity.tool, activity.summary)))
        since = elapsed(view.now_ms - agent.since_ms)
        yield "● running", Text(" · ".join(filter(None, (one_line(agent.agent_type), since,
                                                         one_line(what)))))  # fmt: skip
    for task in view.session.background_tasks:
        mark = "● " if task.status == "running" else "○ "
        said = one_line(f"{task.type}: {task.description}" if task.description else task.type)
        yield mark + one_line(task.status), Text(said)
    yield from _agents_spent(view)


def _agents_spent(view: SessionView) -> Iterable[Row]:
    """What each kind of subagent has used so far."""
    ledger = None if view.read is None else view.read.ledger
    entries = [] if ledger is None else [each for each in ledger.entries if each.agent is not None]
    costs: Counter[str] = Counter()
    ids: dict[str, set[str | None]] = {}
    for entry in entries:
        agent = entry.agent or ""
        costs[agent] += entry.sums.cost_pico or 0
        ids.setdefault(agent, set()).add(entry.agent_id)
    for agent, pico in costs.most_common():
        count = len(ids[agent])
        times = f" x{count}" if count > 1 else ""
        yield "spent", f"{one_line(agent)}{times}  {exact_cost(dollars(pico))}"


def relatives(view: SessionView) -> Lineage:
    """The session's family, by the board and by the ledger."""
    ledger = None if view.read is None else view.read.ledger
    return lineage(
        view.session,
        view.board,
        () if ledger is None else ledger.origins,
        () if ledger is None else ledger.forks,
    )


def _lineage(view: SessionView) -> Iterable[Row]:
    family = relatives(view)
    for number, session_id in enumerate(family.origins):
        yield ("[ came from" if number == 0 else "  came from"), _named(session_id, view)
    for number, session_id in enumerate(family.successors):
        yield ("] went on" if number == 0 else "  went on"), _named(session_id, view)


def _named(session_id: str, view: SessionView) -> Text:
    known: Session | None = view.board.get(session_id)
    if known is None:
        return Text(printable(session_id), "dim")
    name = one_line(known.title or known.display_name)
    style = status_hue(known.status, dark=view.dark)
    return Text.assemble(
        (f"{SYMBOLS[known.status]} {known.status} ", style),
        name,
        (f"  {printable(session_id[:8])}", "dim"),
    )


def _history(view: SessionView) -> Table | None:
    if view.history is UNSET or not view.history:
        return None
    table = Table.grid(padding=(0, 1))
    for justify in ("left", "left", "right"):
        table.add_column(justify=justify, no_wrap=True)
    for change in reversed(view.history):
        to = Text(f"{SYMBOLS[change.to]} {change.to}", status_hue(change.to, dark=view.dark))
        after = Text.assemble((f"after {elapsed(change.duration_ms)} ", "dim"), change.from_)
        table.add_row(Text(view.moment(change.at_ms), "dim"), to, after)
    return table
