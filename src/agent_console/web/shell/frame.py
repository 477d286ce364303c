"""What is around every page: where one can go, how things stand, the theme.

Rule: texts of sessions go through `ui.label` and the like, which show them as they are; nothing
here or in a page makes HTML of a text.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from nicegui import ui

from agent_console.client.link import Changes, LinkState
from agent_console.errors import AgentConsoleError
from agent_console.model.format import cost
from agent_console.model.palette import SYMBOLS, ThemeName
from agent_console.model.session import Status
from agent_console.model.session_words import one_line
from agent_console.model.usage import Alert
from agent_console.version import __version__
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import NAMED, elsewhere, short_name, without
from agent_console.web.elements.boxes import box, put, text
from agent_console.web.elements.nice import attribute, when_gone
from agent_console.web.elements.themes import page_theme, style_of
from agent_console.web.elements.troubles import toast
from agent_console.web.shell.first_paint import first_paint

PAGES = (
    ("/", "Overview", "dashboard"),
    ("/live", "Live", "bolt"),
    ("/sessions", "Sessions", "list"),
    ("/trends", "Trends", "show_chart"),
    ("/projects", "Projects", "folder"),
    ("/models", "Models", "memory"),
    ("/cache", "Cache", "cached"),
    ("/budgets", "Budgets", "savings"),
    ("/data", "Data", "storage"),
)
_UNFILTERED = {"Budgets", "Data"}
"""What they show is not narrowed by a project or a model."""
_ASSETS = f"/assets/{__version__}"


@contextmanager
def frame(console: Console, title: str) -> Generator[ThemeName]:
    """A page's shell; what is built inside is its content.

    Args:
        console: What pages share.
        title: One of PAGES.
    """
    theme = page_theme(console.config)
    ui.add_head_html(f"<style>{style_of(theme)}</style>")
    ui.add_head_html(f'<link rel="stylesheet" href="{_ASSETS}/console.css">')
    ui.add_head_html(f'<script src="{_ASSETS}/console.js"></script>')
    ui.add_body_html(first_paint(title, (name for _, name, _ in PAGES), f"{_ASSETS}/icon.svg"))
    ui.page_title(f"{title} · agent-console")
    ui.dark_mode(value=theme == "dark")
    with box("shell"):
        ui.link("Skip to the content", "#content").classes("skip")
        with box("side", "aside"):
            with ui.link(target=link_to("/")).classes("brand"):
                ui.element("img").props(f'src="{_ASSETS}/icon.svg" alt=""')
                text("agent-console", tag="span")
            with box("nav", "nav").props('aria-label="Pages"'):
                for path, name, icon in PAGES:
                    _nav_link(console, path, name, icon, here=name == title)
            _themes(theme)
        with box("main").props('id="content" tabindex="-1" role="main"'):
            with box("top", "header"):
                text(title, tag="h1")
                _Head(console)
            if title not in _UNFILTERED:
                _chips(next(path for path, name, _ in PAGES if name == title))
            yield theme


def query_here() -> dict[str, str]:
    """What the address of the page that is open asks for."""
    return dict(ui.context.client.request.query_params)


def link_to(path: str, **changes: str) -> str:
    """The address of a page that is about the same as the one that is open; see `elsewhere`."""
    return elsewhere(path, query_here(), **changes)


def _chips(path: str) -> None:
    """What the page is narrowed to, each with a way out."""
    query = query_here()
    named = [kind for kind in NAMED if query.get(kind)]
    if not named:
        return
    with box("tools chips").props('role="group" aria-label="Narrowed to"'):
        for kind in named:
            name = query[kind]
            with ui.link(target=without(path, query, kind)).classes("chip") as link:
                text(f"{kind.capitalize()}: {short_name(name, kind)}", "clip", "span")
                text("✕", tag="span").props('aria-hidden="true"')
            attribute(link, "title", f"{name.removeprefix('=')}: show all {kind}s again")
            attribute(link, "aria-label", f"Narrowed to the {kind} {name}. Show all {kind}s again")


def _nav_link(console: Console, path: str, name: str, icon: str, *, here: bool) -> None:
    link = ui.link(target=link_to(path))
    if here:
        link.props('aria-current="page"')
    with link:
        ui.icon(icon).props('aria-hidden="true"')
        text(name, tag="span")
        if name == "Budgets":
            _AlertBadge(console)


def _themes(theme: ThemeName) -> None:
    names: tuple[tuple[ThemeName, str], ...] = (
        ("dark", "Dark"),
        ("light", "Light"),
        ("paper", "Paper"),
    )
    with box("themes").props('role="group" aria-label="Theme"'):
        for name, words in names:
            pressed = "true" if name == theme else "false"
            button = text(words, tag="button").props(
                f'type="button" aria-pressed="{pressed}" data-theme="{name}"'
            )
            button.on("click", js_handler=f"() => console_page.theme('{name}')")


class _AlertBadge:
    """How many alerts wait; a new one is said, too."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._label = text("", "badge", "span")
        when_gone(console.listen_to_alerts(self._hear))
        when_gone(console.listen(lambda changes: self._draw() if changes.money else None))
        self._draw()

    def _hear(self, alert: Alert) -> None:
        if alert.acknowledged_at_ms is None and alert.snoozed_until_ms is None:
            with self._label.client.layout:
                toast(one_line(alert.message), "warning")

    def _draw(self) -> None:
        count = len(self._console.alerts)
        with self._label.client.layout:
            self._label.set_text(f"{count}")
            self._label.props(f'aria-label="{count} alerts wait"')
            self._label.set_visibility(bool(count))


class _Head:
    """How things stand: the daemon, who waits, what today costs, the limits."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with box("live").props('role="status"'):
            self._state = box("", "span")
            with self._state:
                self._dot = box("dot", "span")
                self._words = text("", tag="span")
            self._counts = {
                status: text("", f"status status-{status}", "span")
                for status in Status
                if status is not Status.CLOSED
            }
            self._money = text("", "", "b")
            self._limits = text("", "", "span")
        with box("trouble").props('role="alert"') as self._trouble:
            self._why = text("", tag="span")
            start = text("Start the daemon", "button", "button")
            start.on("click", self._start)
        when_gone(console.listen(self._take))
        self._draw()

    def _take(self, changes: Changes) -> None:
        with self._state.client:
            if changes.board or changes.sessions or changes.link or changes.limits or changes.money:
                self._draw()

    async def _start(self) -> None:
        try:
            await self._console.link.retry()
        except AgentConsoleError as error:
            toast(str(error))

    def _draw(self) -> None:
        link = self._console.link
        self._dot.classes(replace=f"dot {link.state}")
        words = "live" if link.state is LinkState.CONNECTED else str(link.state)
        put(self._words, words)
        away = link.state in {LinkState.UNREACHABLE, LinkState.RECONNECTING}
        self._trouble.set_visibility(away)
        put(self._why, f"No daemon. {link.why} What you see is what was last known.")
        counts = Counter(session.status for session in link.cache.sessions.values())
        for status, label in self._counts.items():
            label.set_visibility(bool(counts[status]))
            put(label, f"{SYMBOLS[status]} {counts[status]} {status}")
        spending = self._console.money.spending
        if spending is not None:
            rate = spending.burn_usd_per_hour
            burning = f" · {cost(rate)}/h" if rate else ""
            put(self._money, f"{cost(spending.today_cost_usd)} today{burning}")
        limits = link.cache.limits
        said = [
            f"{name} {limit.used_percent:.0f}%"
            for name, limit in (("5h", limits.five_hour), ("7d", limits.seven_day))
            if limit is not None
        ]
        put(self._limits, " · ".join(said))
