"""What it costs, in the app: the CLI's reports, one opening the next."""

import contextlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.cli.usage_ledger import API, FIRST, FORK, SHOP, small_ledger
from tests.tui.running_app import running_app, screen_text, until
from tests.usage.reports.ledgers import NOBODYS, NOON_MS
from textual.app import App, ComposeResult

from agent_console.__main__ import main
from agent_console.board.charts import CHARTS, Chart, bars, hours, report_of_chart, series
from agent_console.board.usage_question import (
    REPORTS,
    Asker,
    FilterError,
    Narrowed,
    OpenSession,
    Question,
    Shown,
    Target,
)
from agent_console.model.short_names import short_model
from agent_console.tui.widgets.usage_table import ReportRows, UsageTable
from agent_console.usage.reports.table import Cells
from agent_console.usage.reports.zone import Zone

ZONE = "UTC"


@pytest.fixture
def database(scratch_home: Path) -> Iterator[str]:
    ledger = small_ledger(scratch_home)
    ledger.connection.commit()
    yield str(scratch_home / ".local/share/agent-console/metrics.db")
    ledger.connection.close()


@pytest.mark.parametrize("report", REPORTS)
def test_every_table_says_what_the_command_prints(database: str, report: str) -> None:
    shown = Asker(database, ZONE).ask(Question(report, "--order asc"), NOON_MS, None)
    with contextlib.redirect_stdout(StringIO()) as out:
        arguments = ["--no-ingest", "--order", "asc", "--timezone", ZONE, "--csv"]
        assert main(["usage", report, *arguments]) == 0

    gaps = sum("gap" in cell for column in shown.columns for cell in column.cells)
    printed = out.getvalue().splitlines()
    # CSV has a heading, no totals, and no pauses between blocks.
    assert shown.kinds.count("plain") - gaps == len(printed) - 1


def test_the_filter_is_typed_in_the_commands_own_options(database: str) -> None:
    asker = Asker(database, ZONE)
    table = asker.ask(Question("project", "--project api"), NOON_MS, None)

    assert list(table.columns[0].cells) == [API, "Total"]
    with pytest.raises(FilterError, match="Write options as"):
        asker.ask(Question("project", "api"), NOON_MS, None)
    with pytest.raises(FilterError, match="there is no time zone"):
        asker.ask(Question("project", "--timezone Nowhere"), NOON_MS, None)
    with pytest.raises(FilterError, match="quotation mark"):
        asker.ask(Question("project", "--project 'api"), NOON_MS, None)


@pytest.mark.parametrize("report", [each for each in REPORTS if each != "session"])
def test_what_opens_behind_a_row_adds_up_to_the_row(database: str, report: str) -> None:
    asker = Asker(database, ZONE)
    above = asker.ask(Question(report), NOON_MS, None)
    tokens = next(column for column in above.columns if column.title == "TOKENS")
    for number, behind in enumerate(above.targets):
        if isinstance(behind, Narrowed):
            below = asker.ask(Question("session", steps=(behind,)), NOON_MS, None)
            total = next(column for column in below.columns if column.title == "TOKENS")
            assert total.cells[-1] == tokens.cells[number]


def test_a_project_that_lies_in_another_is_not_opened_with_it(database: str) -> None:
    asker = Asker(database, ZONE)
    outer = Question("session", steps=(Narrowed("home", project=SHOP.rpartition("/")[0]),))

    assert asker.ask(outer, NOON_MS, None).kinds == ["total"]


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_adds_up_to_the_report(database: str, chart: Chart) -> None:
    asker = Asker(database, ZONE)
    report = asker.report(
        asker.request(Question("daily"), report_of_chart(chart, "daily"), NOON_MS)
    )
    total = float(report.totals.cost_pico or 0) / 1e12
    match chart:
        case "models" | "projects":
            found = sum(bars(report).cost)
        case "hours":
            found = sum(map(sum, hours(report, Zone(ZONE)).cost))
        case _:
            found = sum(series(report, 100).cost)
            assert sum(series(report, 100).tokens) == report.totals.tokens

    assert abs(found - total) < 1e-9


def test_a_model_without_a_price_has_no_cost_rather_than_none(database: str) -> None:
    asker = Asker(database, ZONE)
    found = bars(asker.report(asker.request(Question("daily"), "model", NOON_MS)))

    assert found.unpriced == {short_model(NOBODYS)}
    assert found.cost[found.names.index(short_model(NOBODYS))] == 0


def test_the_latest_session_stands_on_top_as_the_latest_day_does(database: str) -> None:
    asker = Asker(database, ZONE)

    def first(words: str) -> Target:
        return asker.ask(Question("session", words), NOON_MS, None).targets[0]

    assert first("") == OpenSession(FORK)
    assert first("--order asc") != OpenSession(FORK)
    assert (
        first("--sort cost")
        == asker.ask(Question("session", "--sort cost --order desc"), NOON_MS, None).targets[0]
    )


def test_the_hours_are_those_of_the_zone(database: str) -> None:
    asker = Asker(database, "Asia/Kolkata")
    report = asker.report(asker.request(Question("daily"), "hourly", NOON_MS))
    cost = hours(report, Zone("Asia/Kolkata")).cost

    assert {hour for day in cost for hour, value in enumerate(day) if value} <= {17, 18}


async def test_a_day_opens_its_sessions_and_the_way_back_is_kept(
    socket: str, database: str
) -> None:
    assert database
    async with running_app(socket, size=(100, 30)) as (app, pilot):
        await pilot.press("u")
        await until(pilot, lambda: "All time:" in screen_text(app))
        assert "Total" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: FIRST[:8] in screen_text(app))
        assert "2026-" in screen_text(app)
        await pilot.press("escape")

        await until(pilot, lambda: FIRST[:8] not in screen_text(app))


class OnlyTheTable(App[None]):
    """A report of more rows than there is room for."""

    CSS = "#usage-table { padding: 0 1; }"

    def compose(self) -> ComposeResult:
        yield UsageTable()

    def show(self, shown: Shown) -> None:
        rows = 60
        columns = [
            Cells(
                each.title,
                [each.cells[0]] * rows + [each.cells[-1]],
                each.importance,
                is_number=each.is_number,
                narrowest=each.narrowest,
            )
            for each in shown.columns
        ]
        kinds = ["plain"] * rows + ["total"]
        self.query_one(UsageTable).show(replace(shown, columns=columns, kinds=kinds))


async def test_rows_that_scroll_down_need_not_scroll_to_the_side(database: str) -> None:
    shown = Asker(database, ZONE).ask(Question("daily"), NOON_MS, None)
    app = OnlyTheTable()
    async with app.run_test(size=(100, 20)) as pilot:
        rows = app.query_one(ReportRows)
        for columns in range(60, 90):
            await pilot.resize_terminal(columns, 20)
            app.show(shown)
            await pilot.pause()
            assert rows.show_vertical_scrollbar
            assert not rows.show_horizontal_scrollbar, columns


async def test_behind_a_session_stands_its_own_screen(socket: str, database: str) -> None:
    assert database
    async with running_app(socket, size=(100, 30)) as (app, pilot):
        await pilot.press("u")
        await until(pilot, lambda: "All time:" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: FIRST[:8] in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Est. Cost:" in screen_text(app))
        await pilot.press("escape")

        await until(pilot, lambda: FIRST[:8] in screen_text(app))
        assert app.current_mode == "usage"


async def test_a_filter_that_is_none_is_told_and_the_table_stays(
    socket: str, database: str
) -> None:
    assert database
    async with running_app(socket, size=(100, 30)) as (app, pilot):
        await pilot.press("u")
        await until(pilot, lambda: "All time:" in screen_text(app))
        await pilot.press("slash", *"nonsense", "enter")

        await until(pilot, lambda: "Not a filter" in screen_text(app))
        assert "Total" in screen_text(app)


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
async def test_every_chart_is_drawn_at_every_width(
    socket: str, database: str, columns: int
) -> None:
    assert database
    titles: tuple[str, ...] = (
        "over time",
        "by class",
        "by model",
        "by project",
        "weekday and hour",
    )
    async with running_app(socket, size=(columns, 30)) as (app, pilot):
        await pilot.press("u")
        await until(pilot, lambda: "Total" in screen_text(app))
        if columns >= 140:
            await until(pilot, lambda: titles[0] in screen_text(app))
            titles = titles[1:]
        for title in titles:
            await pilot.press("c")
            await until(pilot, lambda title=title: title in screen_text(app))
        await pilot.press("c")
        await until(pilot, lambda: titles[-1] not in screen_text(app))


async def test_a_chart_that_nobody_asked_for_leaves_with_its_room(
    socket: str, database: str
) -> None:
    assert database
    async with running_app(socket, size=(160, 30)) as (app, pilot):
        await pilot.press("u")
        await until(pilot, lambda: "over time" in screen_text(app))

        await pilot.resize_terminal(60, 20)

        await until(pilot, lambda: "over time" not in screen_text(app))
        await until(pilot, lambda: "Total" in screen_text(app))
        await pilot.press("c")
        await until(pilot, lambda: "over time" in screen_text(app))
        await pilot.resize_terminal(160, 30)
        await until(pilot, lambda: "Total" in screen_text(app) and "over time" in screen_text(app))


async def test_without_usage_it_says_what_to_do(socket: str) -> None:
    async with running_app(socket) as (app, pilot):
        await pilot.press("u")

        await until(pilot, lambda: "agent-console ingest" in screen_text(app))
