"""What it costs: the reports of `agent-console usage` as tables, with charts, one opening the next.

Rule: what is asked and shown is decided in board/usage_question.py and board/charts.py. The ledger
is read in a thread, when something else is asked, and again when something was spent.
"""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import anyio
from msgspec import structs
from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static, Tab, Tabs

from agent_console.board.charts import (
    CHARTS,
    TITLES,
    Chart as ChartName,
    bars,
    hours,
    report_of_chart,
    series,
)
from agent_console.board.usage_question import (
    REPORTS,
    Asker,
    FilterError,
    Narrowed,
    OpenSession,
    Question,
    Shown,
    below,
)
from agent_console.client.link import Changes
from agent_console.errors import AgentConsoleError
from agent_console.paths import database_path
from agent_console.tui.screens.console_screen import ConsoleScreen
from agent_console.tui.shared import console_of
from agent_console.tui.widgets.chart import Chart, Data
from agent_console.tui.widgets.usage_table import UsageTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

PLACEHOLDER = "--last 30d  --project web  --model opus  --sort cost  --min-cost 1"
AGAIN_SECONDS = 2.0
"""While money is being spent the screen is read again so often."""

WIDE = 140
"""From here on table and chart stand side by side."""


class UsageScreen(ConsoleScreen):
    """Reports, charts, and the way from a month to a session."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket,l", "report(1)", "Next report"),
        Binding("left_square_bracket,h", "report(-1)", "Previous report", show=False),
        Binding("slash", "filter", "Filter", tooltip="In the options of `agent-console usage`"),
        Binding("c", "chart", "Chart", tooltip="The next chart; after the last, none"),
        Binding("escape,backspace", "back", "Back", tooltip="Out of the row that was opened"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._question = Question(REPORTS[0])
        self._before: list[Question] = []
        self._asked_chart: ChartName | None = None
        self._has_asked = False
        self._asker: Asker | None = None
        self._due = False

    def body(self) -> "Iterable[Widget]":
        """What stands between head and foot."""
        yield Tabs(*(Tab(name.capitalize(), id=name) for name in REPORTS), id="reports")
        yield Static(id="steps")
        with Horizontal(id="usage-body"):
            with Vertical(id="usage-left"):
                yield UsageTable()
                yield Static(id="usage-notes")
            yield Chart(id="chart")
        yield Input(placeholder=PLACEHOLDER, id="usage-filter", compact=True)

    def on_mount(self) -> None:
        """Begin with the table."""
        self._asker = Asker(str(database_path()), console_of(self).config.display.timezone)
        self.query_one("#usage-filter", Input).display = False
        super().on_mount()
        self.query_one(UsageTable).focus()
        self.read()

    @property
    def _chart(self) -> ChartName | None:
        """What was asked for; until then the first, where there is room for it beside the table."""
        if self._has_asked:
            return self._asked_chart
        return CHARTS[0] if self.size.width >= WIDE else None

    def on_screen_resume(self) -> None:
        """Somebody looks again."""
        if self._due:
            self.read()

    def on_resize(self) -> None:
        """There is more or less room now."""
        self.query_one(UsageTable).draw_again()
        self._arrange()
        if self._asker is not None:
            self.read()

    def take(self, changes: Changes) -> None:
        """Read again when something was spent, or another theme draws."""
        if changes.usage or (changes.board and not changes.link):
            self._due = True
            if self.is_current:
                self.read_soon()

    @work(exclusive=True, group="soon")
    async def read_soon(self) -> None:
        """Read in a moment; what comes until then is in it."""
        await anyio.sleep(AGAIN_SECONDS)
        self.read()

    @work(exclusive=True, group="usage")
    async def read(self) -> None:
        """Ask the ledger and draw."""
        self._due = False
        console = console_of(self)
        asker, question, chart = self._asker, self._question, self._chart
        if asker is None:
            return
        now_ms, limit = console.now_ms(), console.link.cache.limits.five_hour
        points = max(7, self.query_one(Chart).size.width - 24)
        try:
            shown = await anyio.to_thread.run_sync(asker.ask, question, now_ms, limit)
            data = None
            if chart is not None:
                data = await anyio.to_thread.run_sync(
                    partial(_data, asker, question, chart, now_ms, points)
                )
        except (FilterError, AgentConsoleError) as error:
            self._say(Text(str(error), "bold"))
            return
        self._draw(shown)
        if chart is not None and data is not None:
            self.query_one(Chart).show(TITLES[chart], data, stacked=chart == "composition")

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        """Another report was chosen."""
        if event.tab.id and event.tab.id != self._question.report:
            self._ask(structs.replace(self._question, report=event.tab.id))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A filter was typed."""
        self._ask(structs.replace(self._question, words=event.value.strip()))
        self._hide_filter()

    def on_data_table_row_selected(self) -> None:
        """Open what lies behind the row."""
        found = self.query_one(UsageTable).target
        match found:
            case OpenSession(session_id):
                console_of(self).open_session(session_id)
            case Narrowed():
                self._before.append(self._question)
                report = below(self._question.report)
                steps = (*self._question.steps, found)
                self._ask(structs.replace(self._question, report=report, steps=steps))
            case _:
                return

    def action_report(self, step: int) -> None:
        """The next report, or the one before."""
        at = (REPORTS.index(self._question.report) + step) % len(REPORTS)
        self._ask(structs.replace(self._question, report=REPORTS[at]))

    def action_filter(self) -> None:
        """Let the person type a filter."""
        field = self.query_one("#usage-filter", Input)
        field.display = True
        field.value = self._question.words
        field.focus()

    def action_back(self) -> None:
        """Close the filter, or the row that was opened, or take the filter away."""
        if self.query_one("#usage-filter", Input).has_focus:
            self._hide_filter()
        elif self._before:
            self._ask(self._before.pop())
        elif self._question.words:
            self._ask(structs.replace(self._question, words=""))

    def action_chart(self) -> None:
        """The next chart; after the last one none."""
        charts = (*CHARTS, None)
        at = -1 if self._chart is None else CHARTS.index(self._chart)
        self._asked_chart, self._has_asked = charts[at + 1], True
        self._arrange()
        self.call_after_refresh(self.read)

    def _ask(self, question: Question) -> None:
        self._question = question
        self.query_one(Tabs).active = question.report
        self.read()

    def _hide_filter(self) -> None:
        self.query_one("#usage-filter", Input).display = False
        self.query_one(UsageTable).focus()

    def _arrange(self) -> None:
        """Side by side where there is room for both; else what was asked for last."""
        chart = self.query_one(Chart)
        chart.display = self._chart is not None
        beside = self.size.width >= WIDE or self._chart is None
        self.query_one("#usage-left").display = beside

    def _draw(self, shown: Shown) -> None:
        self._arrange()
        self.query_one(UsageTable).show(shown)
        self._say(Text("\n".join(shown.notes), "dim"))
        parts = [step.label for step in self._question.steps]
        if self._question.words:
            parts.append(self._question.words)
        steps = self.query_one("#steps", Static)
        steps.display = bool(parts)
        steps.update(Text(" → ".join(parts), "bold", no_wrap=True, overflow="ellipsis"))

    def _say(self, text: Text) -> None:
        self.query_one("#usage-notes", Static).update(text)


def _data(asker: Asker, question: Question, chart: ChartName, now_ms: int, points: int) -> Data:
    """What a chart of the question shows."""
    request = asker.request(question, report_of_chart(chart, question.report), now_ms)
    request.sort = request.descending = None
    request.top = request.min_cost_pico = None
    report = asker.report(request)
    match chart:
        case "models" | "projects":
            return bars(report)
        case "hours":
            return hours(report, request.wanted.zone)
        case _:
            return series(report, points)
