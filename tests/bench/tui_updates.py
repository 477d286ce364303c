"""The board under load: 200 sessions, 500 updates a second; beside the same app left in peace.

    python -m tests.bench.tui_updates [--quick] [--json FILE]

Rule: the app runs in a real terminal on a real daemon, and what is measured is what a person feels:
the time from a key to what it changes on the screen. Start to first paint stands beside an empty
Textual app, which costs the same imports.
"""

import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.tables import Measure, Options, Row, Table, row, run_topic
from tests.bench.terminal_app import TerminalApp, terminal_app
from tests.client.real_daemon import real_daemon

from agent_console.client.blocking import BlockingClient, connect
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession

SESSIONS = 200
UPDATES_PER_SECOND = 500
EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("first paint")
Empty().run()
"""
OUR_APP = """
import asyncio
from agent_console.tui.app import ConsoleApp
async def main():
    await ConsoleApp({socket!r}, start=False).run_async()
asyncio.run(main())
"""
MARKED_APP = """
import asyncio
from itertools import count
from textual.widgets import Static
from agent_console.tui.app import ConsoleApp
numbers = count(1)
async def mark(app):
    if not app.screen.query("#mark"):
        await app.screen.mount(Static(id="mark"))
    app.screen.query_one("#mark").update(f"mark-{{next(numbers)}}.")
async def main():
    ConsoleApp.action_mark = mark
    app = ConsoleApp({socket!r}, start=False)
    app.bind("m", "mark")
    await app.run_async()
asyncio.run(main())
"""
"""Draws a number of its own at each press of a key, so that it can be told from all else."""

_STATUSES = (Status.WORKING, Status.WORKING, Status.WORKING, Status.ATTENTION, Status.QUESTION)


def measure(options: Options) -> list[Table]:
    """Keys and CPU under load and without, then the start."""
    with TemporaryDirectory(prefix="ac", dir="/tmp") as folder, _home(Path(folder)):
        socket = f"{folder}/s"
        with real_daemon(socket):
            _fill(socket)
            env = {"HOME": folder}
            with terminal_app(MARKED_APP.format(socket=socket), env) as app:
                app.until("session-")
                app.watch(1.0)
                rows = [*_busy_rows(app, socket, options)]
            rounds = 3 if options.quick else 9
            ours = OUR_APP.format(socket=socket)
            starts = [
                row(
                    name,
                    rounds,
                    partial(_start, ours, text, folder),
                    reference=partial(_start, EMPTY_APP, "first paint", folder),
                    target=target,
                )
                for name, text, target in (
                    ("first paint, ms", "Jump", "<= 2.50"),
                    (f"{SESSIONS} sessions drawn, ms", "session-", ""),
                )
            ]
    return [
        Table("board under load", f"{SESSIONS} sessions", "idle", tuple(rows)),
        Table("start", "from nothing to what is drawn", "empty app", tuple(starts)),
    ]


def _busy_rows(app: TerminalApp, socket: str, options: Options) -> Generator[Row]:
    seconds = 3.0 if options.quick else 10.0
    presses = 15 if options.quick else 60
    idle_cpu = app.watch(seconds)
    idle_keys = _latencies(app, range(1, presses + 1))
    with _updates(socket) as sent:
        app.watch(1.0)
        before, began = sent[0], time.perf_counter()
        drawn = app.bytes_drawn
        busy_cpu = app.watch(seconds)
        rate = (sent[0] - before) / (time.perf_counter() - began)
        drawn = app.bytes_drawn - drawn
        busy_keys = _latencies(app, range(presses + 1, 2 * presses + 1))
    yield Row("CPU, % of one core", Measure(busy_cpu * 100), Measure(idle_cpu * 100))
    for name, quantile in (("median", 0.5), ("worst of twenty", 0.95)):
        busy, idle = (sorted(keys)[int(len(keys) * quantile)] for keys in (busy_keys, idle_keys))
        yield Row(f"key to screen, ms, {name}", Measure(busy), Measure(idle), busy / idle)
    yield Row("updates sent a second", Measure(rate), target=f"{UPDATES_PER_SECOND}")
    yield Row("kB drawn a second", Measure(drawn / seconds / 1000))


def _latencies(app: TerminalApp, numbers: range) -> list[float]:
    """From a key to what it draws, in milliseconds."""
    taken: list[float] = []
    for number in numbers:
        app.press("m")
        taken.append(app.until(f"mark-{number}.") * 1000)
        app.watch(0.1)
    return taken


def _start(program: str, painted: str, home: str) -> Measure:
    began = time.perf_counter()
    with terminal_app(program, {"HOME": home}) as app:
        app.until(painted)
        return Measure((time.perf_counter() - began) * 1000)


def _fill(socket: str) -> None:
    with connect(socket) as client:
        for number in range(SESSIONS):
            _set(client, number, Status.WORKING)


def _set(client: BlockingClient, number: int, status: Status) -> None:
    client.request(
        SetSession(
            session_id=f"0f9e8d7c-1111-4222-8333-{number % SESSIONS:012}",
            working_dir=f"/home/me/src/session-{number % SESSIONS}",
            status=status,
            reason=f"step {number}",
        )
    )


@contextmanager
def _updates(socket: str) -> Generator[list[int]]:
    """Send updates at the rate; how many were sent is the one number in the list."""
    sent = [0]
    over = threading.Event()

    def send() -> None:
        began = time.perf_counter()
        with connect(socket) as client:
            while not over.is_set():
                due = int((time.perf_counter() - began) * UPDATES_PER_SECOND)
                while sent[0] < due and not over.is_set():
                    _set(client, sent[0] * 7, _STATUSES[sent[0] % len(_STATUSES)])
                    sent[0] += 1
                time.sleep(0.002)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join()


@contextmanager
def _home(folder: Path) -> Generator[None]:
    """Nothing here is the person's."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(folder)
    try:
        yield
    finally:
        if before is not None:
            os.environ["HOME"] = before


if __name__ == "__main__":
    run_topic(measure)
