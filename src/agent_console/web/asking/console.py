"""What all open pages share: the daemon, live; the settings; the ledger.

Rule: pages ask for changes here and are told at most 20 times a second; the ledger is read in a
thread. What a page shows of either is decided in modules that know no front end.
"""

import time
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from anyio.abc import TaskGroup, TaskStatus

from agent_console import config
from agent_console.board.feed import Feed
from agent_console.board.money import Money
from agent_console.board.usage_question import Asker
from agent_console.board.waiting_alerts import WaitingAlerts
from agent_console.client.link import Changes, Link
from agent_console.config import Config
from agent_console.errors import AgentConsoleError
from agent_console.model.usage import Alert, UsageEntry
from agent_console.paths import database_path
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import Meta_, Snapshot
from agent_console.usage.insight.overview import Overview, overview
from agent_console.usage.reports import query
from agent_console.usage.reports.empty import empty_ledger
from agent_console.usage.reports.reading import explained, open_for_reading
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.web.asking.answers import Answers, question_of
from agent_console.web.asking.long_work import LongWork, Work

if TYPE_CHECKING:
    from agent_console.usage.reports.reading import Reading

Found = TypeVar("Found")
Told = Callable[[Changes], None]


class Console:
    """The dashboard's view of the world. For one event loop.

    Args:
        socket: The daemon's socket, when it is not the usual one.
        start: Start a daemon when there is none.
        config: The person's settings.

    Attributes:
        link: The daemon, live.
        money: What is being spent now.
        alerts: Those that wait for the person.
        feed: The last events.
        work: What takes long.
        config: The person's settings.
        database: The ledger's path.
        asker: Reports, in the words of `agent-console usage`.
        answers: What was read, for as long as the ledger says the same.
    """

    def __init__(self, socket: str | None, *, start: bool, config: Config) -> None:
        self.config = config
        self.feed = Feed()
        self.database = str(database_path())
        self.asker = Asker(self.database, config.display.timezone)
        self.answers = Answers(self.database)
        self.link = Link(socket, start=start, changed=self._changed, told=self._take)
        self.money = Money(lambda: self.config, self.now_ms, self._money_changed)
        self.alerts = WaitingAlerts(self._money_changed)
        self.work = LongWork(self.ledger_changed)
        self._tasks: TaskGroup
        self._listeners: list[Told] = []
        self._alert_listeners: list[Callable[[Alert], None]] = []

    @staticmethod
    def now_ms() -> int:
        """The clock, Unix milliseconds."""
        return time.time_ns() // 1_000_000

    def listen(self, told: Told) -> Callable[[], None]:
        """Have a function told of changes; what is returned ends that."""
        self._listeners.append(told)
        return lambda: self._listeners.remove(told) if told in self._listeners else None

    def listen_to_alerts(self, told: Callable[[Alert], None]) -> Callable[[], None]:
        """The same of alerts, as they are raised or changed."""
        self._alert_listeners.append(told)
        heard = self._alert_listeners
        return lambda: heard.remove(told) if told in heard else None

    def request(self, report: str, **given: str | bool | list[str]) -> Request:
        """A report in the words of `agent-console usage`, options by their long names.

        Raises:
            ValueError: A value is not allowed; the message says what would be.
        """
        written = {name.replace("_", "-"): value for name, value in given.items() if value}
        written.setdefault("start-of-week", self.config.display.week_start)
        return Request(report, written, self.config.display.timezone, self.now_ms())

    async def report(self, request: Request) -> Report:
        """A report, read in a thread.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        five_hour = self.link.cache.limits.five_hour if request.active else None

        async def read() -> Report:
            return await anyio.to_thread.run_sync(self.asker.report, request, five_hour)

        return await self.answers.get((question_of(request), five_hour), read)

    async def read(self, question: "Callable[[Reading], Found]") -> Found:
        """Ask the ledger in a thread; an empty one when there is none yet.

        Raises:
            LedgerError: It cannot be read.
        """
        return await anyio.to_thread.run_sync(self._read, question)

    async def overview(self, request: Request) -> Overview:
        """How this month stands, for the projects and models of a request; read in a thread.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        return await self.kept(
            "overview",
            request,
            lambda each: overview(each, request.wanted, request.now_ms, this_month=True),
        )

    async def kept(
        self, name: str, request: Request, question: "Callable[[Reading], Found]"
    ) -> Found:
        """The answer to a question that depends on a request, kept while the ledger is the same.

        Args:
            name: Tells it from other questions about the same request.
            request: What it is about.
            question: Asks.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        return await self.answers.get((name, question_of(request)), lambda: self.read(question))

    async def names(self, column: str) -> dict[int, str]:
        """The names that a column of `facets` refers to.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        return await self.answers.get(
            ("names", column), lambda: self.read(lambda each: query.names(each, column))
        )

    def do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have something done in the background, whatever becomes of the page that wants it."""
        self._tasks.start_soon(work)

    def _read(self, question: "Callable[[Reading], Found]") -> Found:
        connection = open_for_reading(self.database) or empty_ledger()
        try:
            return question(connection)
        except Exception as error:
            raise explained(self.database, error) from error
        finally:
            connection.close()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Follow the daemon and the ledger until cancelled."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            tasks.start_soon(self.money.run)
            task_status.started()
            await self.link.run()

    def begin(self, title: str, work: Work, *, may_cancel: bool = True) -> None:
        """Have long work done, whoever looks; `work` tells how it goes.

        Raises:
            NotPossibleError: Other work is under way.
        """
        telling = self.work.claim(title, may_cancel=may_cancel)
        self._tasks.start_soon(self.work.run, telling, work)

    def load_config(self) -> Config:
        """The person's settings as the file says now; pages use them from here on.

        Raises:
            ConfigError: The file cannot be used; the settings from before stay.
        """
        self.config = config.load()
        return self.config

    async def ledger_changed(self) -> None:
        """Something else than the daemon has changed the ledger: it looks, and all pages read."""
        client = self.link.client
        with suppress(AgentConsoleError):  # it finds out with the next thing it asks
            await client.request(Meta_(session_id=str(uuid.uuid4())))
            for session_id in tuple(self.link.cache.sessions):
                await client.request(Meta_(session_id=session_id, reread=True))
        self.money.read_again()
        await self.alerts.load(client)
        self.link.add(Changes(usage=True, money=True))

    def _money_changed(self) -> None:
        self.link.add(Changes(money=True))

    def _changed(self, changes: Changes) -> None:
        for told in tuple(self._listeners):
            told(changes)

    def _take(self, notification: Notification) -> None:
        self.feed.take(notification, self.now_ms())
        match notification.data:
            case Snapshot():
                self.money.read_again()
                self._tasks.start_soon(self.alerts.load, self.link.client)
            case UsageEntry():
                self.money.read_again()
            case Alert() as alert:
                self.alerts.take(alert)
                for told in tuple(self._alert_listeners):
                    told(alert)
            case _:
                return
