"""The dashboard in a real browser: until a page is painted, until its figures stand, until a SET.

    python -m tests.bench.web_pages [--quick] [--json FILE]

Rule: beside every page stands an empty NiceGUI page of the same server, opened in turn: it costs
the same framework, the same gate and the same browser. Needs Chromium and its driver.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.tables import Measure, Options, Row, Table, run_topic
from tests.bench.year import HEAVY, Year, write_year
from tests.client.real_daemon import real_daemon
from tests.web.dashboard import CHROMIUM, DRIVER, Browser, free_port, page_of

from agent_console.client.blocking import connect
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession

SMALL = Year("a first look", 1_000, 20_000, 12)
TENTH = Year("a tenth of a heavy year", 10_000, 500_000, 60)
SETS = 30
PATHS = {
    "/": ".cards .figure",
    "/live": ".cards .figure",
    "/sessions": ".ag-row [col-id=cost]",
    "/trends": "canvas",
    "/projects": ".ag-row",
    "/models": ".ag-row",
    "/cache": "canvas",
    "/budgets": "#content .card",
    "/data": "#content .card",
}
"""Pages with what must be there, and filled, for their figures to stand."""
QUICK = ("/", "/sessions")
EMPTY = "/empty"

SERVER = """
import sys
from nicegui import ui
from agent_console.config import Config
from agent_console.web.server import serve

@ui.page("/empty")
def empty():
    words = ui.label("0").classes("stands")
    ui.button("again", on_click=lambda: words.set_text(str(int(words.text) + 1))).classes("again")

serve(sys.argv[1], start=False, bind="127.0.0.1", port=int(sys.argv[2]), config=Config(),
      ready=lambda address: print(address, flush=True))
"""

WATCHER = """
window.changed_at = 0;
new MutationObserver(() => { window.changed_at = performance.now(); })
    .observe(document, {childList: true, subtree: true, characterData: true});
"""
"""Is in every page before anything else: when something was drawn last."""

STANDS = """
const [wanted, done] = arguments;
const standing = () => {
    const found = [...document.querySelectorAll(wanted)];
    return found.length && found.every(each => each.tagName === 'CANVAS' ||
        (each.innerText.trim() && !each.innerText.includes('…')));
};
let stood = 0;
const look = () => {
    if (!stood && standing()) stood = Math.max(window.changed_at, 1);
    if (stood) {
        const paint = performance.getEntriesByName('first-contentful-paint')[0];
        done([paint ? paint.startTime : performance.now(), stood]);
    } else setTimeout(look, 4);
};
look();
"""
"""Milliseconds since the browser was told to go there: first paint, and figures."""

HEARD = """
const words = arguments[0];
window.heard = {};
new MutationObserver(() => {
    const text = document.querySelector('.ag-center-cols-container').textContent;
    const found = text.match(/step-(\\d+)\\./);
    if (found && !(found[1] in window.heard))
        window.heard[found[1]] = performance.timeOrigin + performance.now();
}).observe(document.body, {childList: true, subtree: true, characterData: true});
"""

ROUND_TRIP = """
const done = arguments[0], label = document.querySelector('.stands');
const began = performance.now();
new MutationObserver((_, watcher) => { watcher.disconnect(); done(performance.now() - began); })
    .observe(label, {childList: true, subtree: true, characterData: true});
document.querySelector('.again').click();
"""

SORTED = """
const done = arguments[0], began = performance.now();
const ask = {start: 0, end: 50, sort: [{colId: 'cost', sort: 'desc'}]};
fetch('/rows/sessions?all=1&ask=' + encodeURIComponent(JSON.stringify(ask)))
    .then(answer => answer.json()).then(() => done(performance.now() - began));
"""


def measure(options: Options) -> list[Table]:
    """Pages of a first look, or of ten and a hundred thousand sessions; then updates."""
    if CHROMIUM is None or DRIVER is None:
        note = "Not measured: there is no Chromium with its driver here."
        return [Table("pages", "ms", "empty page", (Row(note, Measure(0)),))]
    tables: list[Table] = []
    for year in (SMALL,) if options.quick else (TENTH, HEAVY):
        with _house(year) as (socket, address, browser):
            browser.open(address)
            tables.append(_pages(browser, address, year, options))
            if year is not HEAVY:
                tables.append(_updates(browser, address, socket, options))
    return tables


def _pages(browser: Browser, address: str, year: Year, options: Options) -> Table:
    paths = QUICK if options.quick else tuple(PATHS)
    rows: list[Row] = []
    for path in paths:
        opened: list[tuple[float, float]] = []
        empty: list[tuple[float, float]] = []
        for number in range(2 if options.quick else 6):
            ours, theirs = _open(browser, address, path), _open(browser, address, EMPTY)
            if number:  # the first fills the browser's cache
                opened.append(ours)
                empty.append(theirs)
        for which, words in enumerate(("painted", "figures")):
            pairs = [(mine[which], other[which]) for mine, other in zip(opened, empty, strict=True)]
            rows.append(
                Row(
                    f"{path} {words}",
                    Measure(statistics.median(mine for mine, _ in pairs)),
                    Measure(statistics.median(other for _, other in pairs)),
                    statistics.median(mine / other for mine, other in pairs),
                    target="< 1,000" if which == 0 or path == "/" else "",
                )
            )
    _open(browser, address, "/sessions")
    for when in ("at once", "again"):
        taken = float(browser.driver.execute_async_script(SORTED))
        rows.append(Row(f"sessions by cost, {when}", Measure(taken)))
    title = f"{year.sessions:,} sessions, {year.messages:,} messages"
    return Table(title, "ms since the browser was told to go there", "empty page", tuple(rows))


def _open(browser: Browser, address: str, path: str) -> tuple[float, float]:
    browser.driver.get(page_of(address, path))
    wanted = PATHS.get(path, ".stands")
    painted, stood = browser.driver.execute_async_script(STANDS, wanted)
    return float(painted), float(stood)


def _updates(browser: Browser, address: str, socket: str, options: Options) -> Table:
    rounds = 10 if options.quick else SETS
    browser.driver.get(page_of(address, EMPTY))
    browser.find(".again")
    trips = [float(browser.driver.execute_async_script(ROUND_TRIP)) for _ in range(rounds)]
    browser.open(page_of(address, "/live"))
    browser.find(".ag-row")
    browser.settle()
    browser.run(HEARD)
    ahead = _ahead_ms(browser)
    taken: list[float] = []
    with connect(socket) as client:
        for number in range(rounds):
            sent_ms = time.time_ns() / 1e6
            client.request(
                SetSession(session_id="live", status=Status.WORKING, reason=f"step-{number}.")
            )
            heard = partial(browser.run, f"return window.heard['{number}'] || 0")
            taken.append(float(browser.until(heard)) - ahead - sent_ms)
    rows = (
        _compared("from SET to the page, median", taken, trips, statistics.median, "< 200"),
        _compared("from SET to the page, longest", taken, trips, max),
    )
    return Table("updates", f"ms, {rounds} of them", "a click there", rows)


def _compared(
    name: str,
    ours: list[float],
    theirs: list[float],
    figure: Callable[[list[float]], float],
    target: str = "",
) -> Row:
    mine, other = figure(ours), figure(theirs)
    return Row(name, Measure(mine), Measure(other), mine / other, target=target)


def _ahead_ms(browser: Browser) -> float:
    """How far the page's clock is ahead of ours."""
    guesses: list[tuple[float, float]] = []
    for _ in range(10):
        before = time.time_ns() / 1e6
        there = float(browser.run("return performance.timeOrigin + performance.now()"))
        after = time.time_ns() / 1e6
        guesses.append((after - before, there - (before + after) / 2))
    return min(guesses)[1]


@contextmanager
def _house(year: Year) -> Generator[tuple[str, str, Browser]]:
    """A scratch home with such a year, a daemon, a dashboard and a browser."""
    before = dict(os.environ)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ac", dir="/tmp")))
        stack.callback(os.environ.update, before)
        stack.callback(os.environ.clear)
        for name in list(os.environ):
            if name.startswith(("XDG_", "CLAUDE_", "AGENT_CONSOLE_")):
                del os.environ[name]
        os.environ["HOME"] = str(folder)
        data = folder / ".local" / "share" / "agent-console"
        data.mkdir(parents=True)
        write_year(data / "metrics.db", year)
        socket = f"{folder}/s"
        stack.enter_context(real_daemon(socket))
        with connect(socket) as client:
            for number in range(20):
                client.request(SetSession(session_id=f"s-{number}", status=Status.WORKING))
        address = stack.enter_context(_dashboard(socket))
        browser = Browser()
        stack.callback(browser.driver.quit)
        browser.driver.set_script_timeout(120)
        browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCHER})
        yield socket, address, browser


@contextmanager
def _dashboard(socket: str) -> Generator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, socket, str(free_port())],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=15)


if __name__ == "__main__":
    run_topic(measure)
