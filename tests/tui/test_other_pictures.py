"""Pictures of usage, activity, keys and settings, at the widths people have."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.tui.fixed_board import MINUTE_MS, fixed_app, one_of_each, session
from tests.tui.running_app import screen_text, until
from tests.usage.reports.ledgers import DAY_MS, HAIKU, HOUR_MS, NOON_MS, OPUS, Ledger, Message
from textual.pilot import Pilot

from agent_console.client.link import Changes, LinkState
from agent_console.config import Config, DisplayConfig, TuiConfig
from agent_console.model.session import Status
from agent_console.model.usage import Alert, UsageEntry
from agent_console.protocol.codec import Notification
from agent_console.tui.app import ConsoleApp

WIDTHS = (40, 80, 120, 200)
PROJECTS = ("/home/me/src/payments-service", "/home/me/src/web", "/srv/docs")


@pytest.fixture(autouse=True)
def a_month(scratch_home: Path) -> Iterator[None]:
    """A month of three projects."""
    ledger = Ledger(scratch_home / ".local/share/agent-console/metrics.db")
    messages = [
        Message(
            NOON_MS - day * DAY_MS - hour * HOUR_MS,
            f"{day:08}-{hour:04}-4000-8000-000000000000",
            PROJECTS[(day + hour) % 3],
            HAIKU if hour == 2 else OPUS,
            key=f"{day}-{hour}",
            input_tokens=700 * (hour + 1),
            output_tokens=900 * (day % 7 + 1),
            cache_write_5m_tokens=9_000 * (day % 5 + 1),
            cache_read_tokens=190_000 * (day % 7 + 1),
        )
        for day in range(30)
        for hour in range(0, 8, 2)
    ]
    ledger.fill(messages)
    ledger.connection.commit()
    yield
    ledger.connection.close()


def app_with(theme: str = "console-dark") -> ConsoleApp:
    config = Config(display=DisplayConfig(timezone="UTC"), tui=TuiConfig(theme=theme))
    app = fixed_app(one_of_each(), config=config)
    app.now_ms = lambda: NOON_MS
    return app


def after(
    *keys: str, seen: str, told: Callable[[ConsoleApp], None] | None = None
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press keys, and wait until something can be read."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        await pilot.pause()
        if told is not None:
            told(app)
        for key in keys:
            await pilot.press(key)
        await until(pilot, lambda: seen in screen_text(app))
        await pilot.pause()

    return run


@pytest.mark.parametrize("columns", WIDTHS)
def test_usage(snap_compare: Any, columns: int) -> None:
    seen = "over time" if columns >= 140 else "Total"
    assert snap_compare(app_with(), terminal_size=(columns, 30), run_before=after("u", seen=seen))


@pytest.mark.parametrize(
    ("presses", "seen"),
    [(1, "over time"), (2, "by class"), (3, "by model"), (4, "by project"), (5, "weekday")],
)
def test_charts(snap_compare: Any, presses: int, seen: str) -> None:
    keys = ("u", *("c" for _ in range(presses)))
    assert snap_compare(app_with(), terminal_size=(100, 30), run_before=after(*keys, seen=seen))


@pytest.mark.parametrize("theme", ["console-light", "console-paper"])
def test_usage_on_light_grounds(snap_compare: Any, theme: str) -> None:
    run = after("u", seen="over time")
    assert snap_compare(app_with(theme), terminal_size=(160, 30), run_before=run)


def events(app: ConsoleApp) -> None:
    """Something happens."""
    at_ms = NOON_MS - 5 * MINUTE_MS
    told = (
        session("payments-service", Status.WORKING, 1),
        UsageEntry("web-id", "m", None, 1200, 34, 0, 0, 0.05, at_ms),
        session("payments-service", Status.QUESTION, 0, reason="permission"),
        Alert("a1", "budget", "warning", "80 % of the month's budget is spent", at_ms),
        Alert("a2", "session_cost", "exceeded", "web has cost $25.10", at_ms),
    )
    for data in told:
        app.feed.take(Notification("any", 1, "e", data), at_ms)
        if isinstance(data, Alert):
            app.alerts.take(data)


@pytest.mark.parametrize("columns", WIDTHS)
def test_activity(snap_compare: Any, columns: int) -> None:
    run = after("a", seen="WHAT (all)", told=events)
    assert snap_compare(app_with(), terminal_size=(columns, 24), run_before=run)


@pytest.fixture
def nothing_used(scratch_home: Path) -> None:
    """No ledger at all."""
    for file in (scratch_home / ".local/share/agent-console").iterdir():
        file.unlink()


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.usefixtures("nothing_used")
def test_usage_of_nobody(snap_compare: Any, columns: int) -> None:
    run = after("u", seen="ingest")
    assert snap_compare(app_with(), terminal_size=(columns, 24), run_before=run)


@pytest.mark.parametrize("columns", WIDTHS)
def test_activity_of_nobody(snap_compare: Any, columns: int) -> None:
    run = after("a", seen="happened")
    assert snap_compare(app_with(), terminal_size=(columns, 24), run_before=run)


def gone(app: ConsoleApp) -> None:
    """The daemon goes away."""
    events(app)
    app.link.state = LinkState.RECONNECTING
    app.link.why = "The daemon is stopping."
    app.changes.publish(Changes(link=True))


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(("key", "seen"), [("u", "Total"), ("a", "WHAT (all)")])
def test_the_daemon_is_gone(snap_compare: Any, columns: int, key: str, seen: str) -> None:
    seen = "over time" if key == "u" and columns >= 140 else seen
    run = after(key, seen=seen, told=gone)
    assert snap_compare(app_with(), terminal_size=(columns, 24), run_before=run)


@pytest.mark.parametrize("columns", [40, 100])
def test_keys(snap_compare: Any, columns: int) -> None:
    run = after("question_mark", seen="Keys")
    assert snap_compare(app_with(), terminal_size=(columns, 44), run_before=run)


@pytest.mark.parametrize("columns", [40, 100])
def test_settings(snap_compare: Any, columns: int) -> None:
    run = after("comma", seen="Saved to the configuration")
    assert snap_compare(app_with(), terminal_size=(columns, 44), run_before=run)
