"""The panels of the overview: active sessions, where it goes, limits, budgets."""

from nicegui import ui

from agent_console.model.budget import BudgetStatus
from agent_console.model.format import ago, cost, elapsed, tokens
from agent_console.model.palette import SYMBOLS
from agent_console.model.session import Session, Status
from agent_console.model.session_words import doing, one_line
from agent_console.model.usage import Limit
from agent_console.usage.insight.overview import Overview, Part
from agent_console.usage.reports.matching import EXACTLY
from agent_console.usage.reports.row import UNKNOWN
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.budgets.budget_lines import BudgetLine, read_statuses
from agent_console.web.drawing.parts import TITLES, Kind, part_name
from agent_console.web.elements.boxes import box, card, empty, put, text
from agent_console.web.elements.kept_rows import KeptRows
from agent_console.web.elements.once import Once
from agent_console.web.elements.troubles import within
from agent_console.web.sessions.session_drawer import open_session
from agent_console.web.shell.frame import link_to

ACTIVE = 12


class _ActiveRow:
    """A session that is active; pressed, it opens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._session_id = ""
        with box("row-line", "button").props('type="button"') as self.element:
            self._status = text("", "status", "span")
            self._who = text("", "who", "span")
            self._since = text("", "quiet", "span")
            self._what = text("", "what", "span")
        self.element.on("click", lambda: open_session(console, self._session_id))

    def draw(self, session: Session) -> None:
        """Show what is known of it now."""
        self._session_id = session.session_id
        metadata = session.metadata
        money = "" if metadata is None else f"{cost(metadata.total_cost_usd)} · "
        since = elapsed(self._console.now_ms() - session.since_ms)
        self._status.classes(replace=f"status status-{session.status}")
        put(self._status, f"{SYMBOLS[session.status]} {session.status}")
        put(self._who, one_line(session.display_name))
        put(self._since, f"{money}{since}")
        put(self._what, doing(session) or "-")


class ActivePanel:
    """The sessions that are not closed, most urgent first; those that the filters take."""

    def __init__(self, console: Console, filters: Filters) -> None:
        self._console = console
        self._filters = filters
        live = link_to("/live")
        with card("Active sessions", ("Live board", live)):
            self._rows = KeptRows[Session](box("rows"), lambda: _ActiveRow(console))
            self._more = ui.link("", live).classes("more")
            if filters.names_something:
                self._nobody = empty(
                    "Nobody works on this right now", "Remove the filter above to see all."
                )
            else:
                self._nobody = empty(
                    "Nobody works right now",
                    "Sessions appear here as soon as Claude Code runs.",
                    "`agent-console install` makes Claude Code report them.",
                )
        self.draw()
        ui.timer(10, self.draw)

    def draw(self) -> None:
        """Draw what is known now."""
        board = [
            each
            for each in self._console.link.cache.board
            if each.status != Status.CLOSED and self._filters.takes(each)
        ]
        self._rows.show((each.session_id, each) for each in board[:ACTIVE])
        put(self._more, f"{len(board) - ACTIVE} more")
        self._more.set_visibility(len(board) > ACTIVE)
        self._nobody.set_visibility(not board)


class TopPanel:
    """The most expensive projects and models of the month; a click narrows every page to one."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, ui.element] = {}
        with box("halves"):
            for kind, title in TITLES.items():
                with card(f"{title} this month", ("All", link_to(f"/{title.lower()}"))):
                    self._kinds[kind] = box("rows")

    def show(self, found: Overview) -> None:
        """Show these."""
        total = found.now.cost_usd
        shown: dict[Kind, list[Part]] = {"project": found.projects, "model": found.models}
        for kind, some in shown.items():
            rows = self._kinds[kind]
            rows.clear()
            with rows:
                for part in some:
                    _part(part, kind, total)
                if not some:
                    text("Nothing has been used this month.", "quiet")


def _part(part: Part, kind: Kind, total: float) -> None:
    known = part.name != UNKNOWN
    address = link_to("/", **{kind: f"{EXACTLY}{part.name}"}) if known else ""
    with ui.link(target=address).classes("meter") if known else box("meter"):
        with box("line", "span"):
            text(part_name(part.name, kind), "clip", "span")
            money = "N/A" if part.cost_usd is None else cost(part.cost_usd)
            text(f"{money} · {tokens(part.tokens)}", "quiet", "span")
        with box("bar"):
            width = (part.cost_usd or 0) / total * 100 if total else 0
            box("input").style(f"width: {min(100, width):.2f}%")


class LimitPanel:
    """How much of the account's limits is used."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with card("Limits"):
            self._body = box("")
        self.draw()

    def draw(self) -> None:
        """Draw what is known now."""
        limits = self._console.link.cache.limits
        self._body.clear()
        with self._body:
            known = [
                (name, limit)
                for name, limit in (("5 hours", limits.five_hour), ("7 days", limits.seven_day))
                if limit is not None
            ]
            for name, limit in known:
                self._limit(name, limit)
            if not known:
                text("Claude Code has not told any yet. It does in its status line.", "quiet")

    def _limit(self, name: str, limit: Limit) -> None:
        percent = limit.used_percent
        colour = "red" if percent >= 90 else "yellow" if percent >= 75 else "green"
        now = self._console.now_ms()
        reset = limit.resets_at_ms
        when = "" if reset is None else f" · resets in {elapsed(reset - now)}"
        with box("meter"):
            with box("line"):
                text(name, tag="span")
                text(f"{percent:.0f}%{when}", "quiet", "span")
            with box("bar"):
                box(colour).style(f"width: {min(100, percent):.1f}%")
            text(f"{limit.source}, told {ago(now - limit.at_ms)}", "quiet").style("font-size: 12px")


class BudgetPanel:
    """How much of each budget is spent."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with card("Budgets", ("Edit", "/budgets")):
            self._rows = KeptRows[BudgetStatus](box("rows"), BudgetLine)
            with box("") as self._none:
                text("No budget is set.", "quiet")
                ui.link("Set one", "/budgets?new=1").classes("more").style("margin: 0")
        self._none.set_visibility(False)
        self.read = Once(self._read)

    async def _read(self) -> None:
        found = await within(read_statuses(self._console))
        if found is not None:
            self._rows.show((each.budget.budget_id, each) for each in found)
            self._none.set_visibility(not found)
