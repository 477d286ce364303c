"""The dashboard in a real browser: until a page is painted, until its figures stand, until a SET.

    python -m tests.bench.web_pages [--quick] [--json FILE] [--ledger FILE]

Rule: beside every page stands an empty NiceGUI page of the same server, opened in turn: it costs
the same framework, the same gate and the same browser. A cold visit is the first that a server
just started has, by a browser that keeps nothing; the empty page beside it has a server of its own.
Needs Chromium and its driver.
"""

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from msgspec import Struct
from tests.bench.tables import Measure, Options, Row, Table, run_topic
from tests.bench.year import HEAVY, Year, write_year
from tests.client.real_daemon import real_daemon
from tests.web.dashboard import CHROMIUM, DRIVER, Browser, free_port, page_of

from agent_console.client.blocking import connect
from agent_console.model.session import Status
from agent_console.paths import database_path
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
    "/data": "#content .facts > :nth-child(2)",
}
"""Pages with what must be there, and filled, for their figures to stand."""
FIRST = QUICK = ("/", "/sessions")
EMPTY = "/empty"
UNIT = "ms since the browser was told to go there"

WATCHER = """
window.changed_at = 0;
new MutationObserver(() => { window.changed_at = performance.now(); })
    .observe(document, {childList: true, subtree: true, characterData: true});
"""
"""Is in every page before anything else: when something was drawn last."""

STANDS = """
const [wanted, done] = arguments;
const standing = () => {
    const found = [...document.querySelectorAll(wanted)].filter(each => each.checkVisibility());
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
    ledgers: tuple[Year | Path, ...] = (SMALL,) if options.quick else (TENTH, HEAVY)
    if options.ledger is not None:
        ledgers = (options.ledger,)
    for ledger in ledgers:
        with _house(ledger) as (socket, browser):
            title = _size_of(database_path())
            tables.append(_first_visits(browser, socket, title, options))
            with _dashboard(socket) as (address, _):
                browser.open(address)
                tables.append(_pages(browser, address, title, options))
                if ledger is not HEAVY:
                    tables.append(_updates(browser, address, socket, options))
    return tables


def _first_visits(browser: Browser, socket: str, title: str, options: Options) -> Table:
    """Nothing is kept: neither by the server, which has just been started, nor by the browser."""
    rows: list[Row] = []
    for path in FIRST[: 1 if options.quick else None]:
        opened = _Visits()
        for _ in range(1 if options.quick else 5):
            opened.add(_first(browser, socket, path), _first(browser, socket, EMPTY))
        rows += opened.rows(path, "< 1,000")
    return Table(f"first visit, {title}", UNIT, "empty page", tuple(rows))


def _first(browser: Browser, socket: str, path: str) -> "_Visit":
    with _dashboard(socket) as (address, process):
        browser.driver.get("about:blank")
        browser.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        before = _cpu_ms(process)
        painted, stood = _open(browser, f"{page_of(address, path)}?{urlsplit(address).query}", path)
        return _Visit(painted, stood, _cpu_ms(process) - before)


def _cpu_ms(process: int) -> float:
    """What a process has used of a processor so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


class _Visit(Struct, frozen=True):
    """Milliseconds since the browser was told to go there, and of the server's processor; 0 where
    that was not measured.
    """

    painted: float
    stood: float
    cpu: float = 0.0


class _Visits:
    """Visits of a page, each with one of the empty page."""

    def __init__(self) -> None:
        self._pairs: list[tuple[_Visit, _Visit]] = []

    def add(self, ours: _Visit, empty: _Visit) -> None:
        self._pairs.append((ours, empty))

    def rows(self, path: str, figures_target: str) -> list[Row]:
        """When the page is painted and when its figures stand, beside the empty page."""
        rows = [
            self._row(f"{path} painted", lambda visit: visit.painted, "< 1,000"),
            self._row(f"{path} figures", lambda visit: visit.stood, figures_target),
        ]
        if all(ours.cpu and empty.cpu for ours, empty in self._pairs):
            rows.append(self._row(f"{path} server's processor", lambda visit: visit.cpu, ""))
        return rows

    def _row(self, name: str, figure: Callable[[_Visit], float], target: str) -> Row:
        ours, empty = (
            Measure(statistics.median(figure(pair[side]) for pair in self._pairs))
            for side in (0, 1)
        )
        ratio = statistics.median(figure(ours) / figure(empty) for ours, empty in self._pairs)
        return Row(name, ours, empty, ratio, target=target)


def _pages(browser: Browser, address: str, title: str, options: Options) -> Table:
    paths = QUICK if options.quick else tuple(PATHS)
    rows: list[Row] = []
    for path in paths:
        opened = _Visits()
        for number in range(2 if options.quick else 6):
            ours, empty = (
                _Visit(*_open(browser, page_of(address, each), each)) for each in (path, EMPTY)
            )
            if number:  # the first fills the browser's cache
                opened.add(ours, empty)
        rows += opened.rows(path, "< 1,000" if path in FIRST else "")
    _open(browser, page_of(address, "/sessions"), "/sessions")
    for when in ("at once", "again"):
        taken = float(browser.driver.execute_async_script(SORTED))
        rows.append(Row(f"sessions by cost, {when}", Measure(taken)))
    return Table(title, UNIT, "empty page", tuple(rows))


def _open(browser: Browser, address: str, path: str) -> tuple[float, float]:
    browser.driver.get(address)
    wanted = PATHS.get(path, ".stands")
    painted, stood = browser.driver.execute_async_script(STANDS, wanted)
    return float(painted), float(stood)


def _size_of(database: Path) -> str:
    with closing(sqlite3.connect(database)) as ledger:
        counts = [
            ledger.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("sessions", "messages")
        ]
    return "{:,} sessions, {:,} messages".format(*counts)


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
def _house(ledger: Year | Path) -> Generator[tuple[str, Browser]]:
    """A scratch home with such a year or a copy of a ledger, a daemon and a browser."""
    before = dict(os.environ)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ac", dir="/tmp")))
        stack.callback(os.environ.update, before)
        stack.callback(os.environ.clear)
        for name in list(os.environ):
            if name.startswith(("XDG_", "CLAUDE_", "AGENT_CONSOLE_")):
                del os.environ[name]
        os.environ["HOME"] = str(folder)
        database = database_path()
        database.parent.mkdir(parents=True)
        if isinstance(ledger, Year):
            write_year(database, ledger)
        else:
            shutil.copyfile(ledger, database)
        socket = f"{folder}/s"
        stack.enter_context(real_daemon(socket))
        with connect(socket) as client:
            for number in range(20):
                client.request(SetSession(session_id=f"s-{number}", status=Status.WORKING))
        browser = Browser()
        stack.callback(browser.driver.quit)
        browser.driver.set_script_timeout(120)
        browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCHER})
        yield socket, browser


@contextmanager
def _dashboard(socket: str) -> Generator[tuple[str, int]]:
    """Its address, token included, and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.web_server", socket, str(free_port())],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.kill()  # it has nothing to keep, and would wait a second for the browser
        process.communicate()


if __name__ == "__main__":
    run_topic(measure, takes_ledger=True)
