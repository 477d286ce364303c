"""The metrics as they are now, from the ledger and the daemon.

Rule: a daemon that runs is asked and none is started; each source that fails leaves the other's
metrics as they are.
"""

from agent_console import config
from agent_console.cli.output import narrate
from agent_console.cli.up_to_date import has_taken_in, open_up_to_date
from agent_console.client.blocking import connect
from agent_console.errors import AgentConsoleError, LedgerError
from agent_console.metrics.family import Family, one
from agent_console.metrics.of_daemon import DaemonFacts, daemon_families
from agent_console.metrics.of_ledger import ledger_families
from agent_console.paths import database_path
from agent_console.protocol.messages import ServerStatus, Subscribe
from agent_console.usage.budgets.periods import configured_calendar
from agent_console.usage.reports.reading import explained
from agent_console.usage.reports.request import now_ms

DAEMON_SECONDS = 2.0


class Gathering:
    """Asks both sources.

    Args:
        socket: The daemon's socket, when it is not the usual one.
        ingest: Look for new transcript lines first.

    Raises:
        ConfigError: The configuration cannot be used.
    """

    def __init__(self, socket: str | None, *, ingest: bool) -> None:
        self._socket = socket
        self._ingest = ingest
        self._calendar = configured_calendar(config.load())
        self._told = ""

    def __call__(self) -> list[Family]:
        """The metrics of this moment."""
        at_ms = now_ms()
        return [*self._of_ledger(at_ms), *daemon_families(self._asked(), at_ms)]

    def _of_ledger(self, at_ms: int) -> list[Family]:
        try:
            families = self._read(str(database_path()), at_ms)
        except LedgerError as error:
            if str(error) != self._told:
                narrate(f"agent-console: {error}")
            self._told = str(error)
            return [one(*_LEDGER_UP, 0)]
        self._told = ""
        return [one(*_LEDGER_UP, 1), *families]

    def _read(self, path: str, at_ms: int) -> list[Family]:
        connection, took_in = open_up_to_date(path, ingest=self._ingest)
        if took_in:
            has_taken_in(path)
        if connection is None:
            return []
        try:
            return ledger_families(connection, self._calendar, at_ms)
        except Exception as error:
            raise explained(path, error) from error
        finally:
            connection.close()

    def _asked(self) -> DaemonFacts | None:
        try:
            with connect(self._socket, timeout=DAEMON_SECONDS) as client:
                status = client.request(ServerStatus())
                return DaemonFacts(status, client.request(Subscribe(topics=("usage",))).limits)
        except (AgentConsoleError, OSError):
            return None


_LEDGER_UP = ("agent_console_ledger_up", "Whether the ledger can be read: 1 or 0.")
