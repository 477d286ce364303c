"""The ledger: carries out what the daemon asks of it, each batch in one transaction.

Rule 1: an answer is given after the commit. A batch that fails has changed nothing and says so.
Rule 2: what an entry means is told in adding.py, taking.py and alerts/watch.py; which of two
        accounts of one response stands, in accounts.py.
Rule 3: which ledger that is, whatever is put at its path, is decided in present_ledger.py; what is
        answered while it cannot be used, in outages.py.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Self, assert_never

from msgspec.structs import replace

from agent_console.config import Config, Durability
from agent_console.config_alerts import AlertsConfig
from agent_console.errors import LedgerError
from agent_console.model.metadata import SessionMetadata
from agent_console.model.usage import Alert
from agent_console.usage.budgets.periods import calendar_of
from agent_console.usage.database.opening import ledger_error, reason
from agent_console.usage.database.progress import Tell
from agent_console.usage.entries import (
    WRITING,
    AddUsage,
    ChangeAlerts,
    EndEpisode,
    KeepUserFields,
    LedgerEntry,
    LedgerRefusal,
    LedgerResult,
    RaiseAlert,
    ReadAlerts,
    ReadGate,
    ReadSpending,
    ReadTotals,
    SpendingRead,
    TotalsRead,
    UsageAdded,
)
from agent_console.usage.prices.thresholds import mark_applied
from agent_console.usage.tables.batch import Batch
from agent_console.usage.tables.file_reading import FileReading
from agent_console.usage.tables.message_rows import read_large_prompts
from agent_console.usage.writing.adding import add_usage
from agent_console.usage.writing.keeping_user_fields import keep_user_fields
from agent_console.usage.writing.outages import answer_without_ledger, is_lasting, is_outage
from agent_console.usage.writing.present_ledger import PresentLedger, Result
from agent_console.usage.writing.taking import Taken, Taker

MOVED_AT_ONCE = 5_000
"""Rows that get another facet in one transaction: neither memory nor waiting grows with them."""


class Ledger(PresentLedger):
    """The open ledger. One thread uses it at a time.

    Attributes:
        last_error: Why the last batch failed; null after one that did not.
        broken: It failed in a way that opening the file anew may mend.
    """

    def __init__(
        self,
        path: Path,
        *,
        durability: Durability = "normal",
        zone: tzinfo | None = None,
        first_weekday: int = 0,
        wanted_alerts: AlertsConfig | None = None,
        tell: Tell | None = None,
    ) -> None:
        """Open the ledger, and make or migrate it when it needs to be.

        Args:
            path: The database; its folder is made when it is missing.
            durability: What a commit survives.
            zone: Where days are cut; null for the system's zone.
            first_weekday: With which day weeks begin; 0 is Monday.
            wanted_alerts: What is to be told beside budgets.
            tell: Hears of a migration.

        Raises:
            LedgerError: It cannot be used as it is.
        """
        super().__init__(
            path,
            durability,
            calendar_of(zone, first_weekday),
            wanted_alerts or AlertsConfig(),
            tell,
        )
        self.last_error: str | None = None
        self.broken = False

    @classmethod
    def configured(cls, path: Path, config: Config, tell: Tell | None = None) -> Self:
        """The ledger as the user has configured it: whoever writes it cuts time alike.

        Raises:
            LedgerError: It cannot be used as it is.
        """
        return cls(
            path,
            durability=config.daemon.durability,
            zone=config.display.zone,
            first_weekday=config.display.first_weekday,
            wanted_alerts=config.alerts,
            tell=tell,
        )

    def load_user_fields(self) -> list[KeepUserFields]:
        """What the person wrote on sessions, for the board of a daemon that starts.

        Raises:
            LedgerError: The database cannot be read.
        """
        try:
            found = self.connection.execute(
                "SELECT session_id, label, priority, note FROM sessions "
                "WHERE label IS NOT NULL OR priority != 0 OR note IS NOT NULL ORDER BY session_no"
            ).fetchall()
        except sqlite3.Error as error:
            raise ledger_error(self.path, error) from error
        return [KeepUserFields(*fields) for fields in found]

    def carry_out(self, entries: Sequence[LedgerEntry]) -> list[LedgerResult]:
        """Carry out the entries in order, in one transaction, and answer each in that order.

        A refusal of one entry leaves the others alone. When the database fails, nothing has
        changed and every entry that writes is refused as retryable.
        """
        try:
            results = self.in_the_present_one(lambda: self._transact(entries))
        except LedgerError as error:
            self.last_error = str(error)
            return [answer_without_ledger(entry, self.last_error) for entry in entries]
        except sqlite3.Error as error:
            if not is_outage(error):
                return self._one_by_one(entries, error)
            self.last_error = reason(self.path, error)
            self.broken = is_lasting(error)
            return [self._answer_in_outage(entry, self.last_error) for entry in entries]
        except Exception as error:  # noqa: BLE001 - whatever one entry holds, the others go on
            return self._one_by_one(entries, error)
        self.last_error = None
        return results

    # ---- transactions ----------------------------------------------------------------------

    def _transact(self, entries: Sequence[LedgerEntry]) -> list[LedgerResult]:
        writes = any(isinstance(entry, WRITING) for entry in entries)
        with self.transaction(writes=writes) as batch:
            batch.read_ahead(*_asked_for(entries))
            results = [self._apply(batch, entry) for entry in entries]
            batch.write()
            added_at = [entry.at_ms for entry in entries if isinstance(entry, AddUsage)]
            if added_at:
                added = [result.totals for result in results if isinstance(result, UsageAdded)]
                self._raise_alerts(batch, added, max(added_at))
        self.known = batch.known.for_the_next()
        return results

    def _raise_alerts(self, batch: Batch, sessions: Sequence[SessionMetadata], at_ms: int) -> None:
        """What this transaction has written may be news for the person."""
        self.spending.rows_added(batch.new_rows_in)
        self.watch.check(sessions, at_ms)

    def take(self, readings: Sequence[FileReading], at_ms: int, tell_since_ms: int) -> Taken:
        """Take what transcripts told, in one transaction.

        Args:
            readings: What readers found, a file's in order.
            at_ms: When this happens, Unix milliseconds.
            tell_since_ms: Rows from this time on are told one by one.

        Raises:
            LedgerError: Nothing was taken: the database cannot be written.
        """

        def take() -> Taken:
            with self.transaction(writes=True, fills=True) as batch:
                taken = Taker(self.connection, batch, at_ms, tell_since_ms).take(readings)
                if taken.sessions:
                    self._raise_alerts(batch, taken.sessions, at_ms)
                return taken

        return self.writing(take)

    @contextmanager
    def filling(self) -> Generator[None]:
        """Much is going to be taken: meanwhile no foreign key is looked up, which is a tenth of it.

        Each number that a transcript's row refers to was given by the row that it names; nothing is
        taken out that another row refers to. `db check` looks all keys up.
        """
        self.connection.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self.connection.execute("PRAGMA foreign_keys = ON")

    def change_budgets(self, change: Callable[[], Result], at_ms: int) -> Result:
        """Carry out a change of budgets, and raise what it gives rise to.

        Raises:
            LedgerError: Nothing was changed: the database cannot be written.
        """

        def carry_out() -> Result:
            with self.transaction(writes=True) as batch:
                result = change()
                self.watch.budgets_changed()
                self._raise_alerts(batch, (), at_ms)
                return result

        return self.writing(carry_out)

    @property
    def alerts_raised(self) -> int:
        """How many alerts this ledger has raised since it was opened."""
        return self.watch.raised

    def take_untold(self, at_ms: int) -> tuple[Alert, ...]:
        """Alerts that subscribers have still to hear: new ones, changed ones, snoozes that ended.

        It costs next to nothing while neither this ledger has raised any, nor another process has
        written. What another one raises later is told when it is asked again.

        Args:
            at_ms: Now, Unix milliseconds.

        Raises:
            LedgerError: The database cannot be read or written; they are told later.
        """

        def take() -> tuple[Alert, ...]:
            told = self.watch.take_untold(at_ms, may_write=False)
            if told is None:
                with self.transaction(writes=True):
                    told = self.watch.take_untold(at_ms, may_write=True)
            return told or ()

        try:
            if not self.watch.may_have_untold(at_ms):
                return ()  # and what is known of sessions stays known
        except sqlite3.Error as error:
            raise ledger_error(self.path, error) from error
        return self.writing(take)

    def snoozed_until_ms(self) -> int | None:
        """When `take_untold` is to be asked though nothing is written: the end of a snooze.

        Raises:
            LedgerError: The database cannot be read.
        """
        try:
            return self.watch.snoozed_until_ms()
        except sqlite3.Error as error:
            raise ledger_error(self.path, error) from error

    def prices_changed(self, new_thresholds: Sequence[int], at_ms: int) -> None:
        """Heed other prices: rows whose prompts exceed a new threshold get facets that say so.

        Raises:
            LedgerError: Nothing was moved: the database cannot be written.
        """
        self.facets.prices_changed()
        self.watch.forget()
        last: int | None = 0
        while new_thresholds and last is not None:
            last = self.writing(partial(self._move_large_prompts, new_thresholds, last, at_ms))

    def _move_large_prompts(
        self, new_thresholds: Sequence[int], after: int, at_ms: int
    ) -> int | None:
        """Move some of them; the last one, or null when no more are left."""
        with self.transaction(writes=True) as batch:
            rows = read_large_prompts(self.connection, min(new_thresholds), after, MOVED_AT_ONCE)
            for row in rows:
                facet_no = batch.facet_no(batch.facets.facet(row.facet_no), row.figures)
                if facet_no != row.facet_no:
                    batch.post(replace(row, facet_no=facet_no), row, at_ms)
            batch.write()
            if len(rows) < MOVED_AT_ONCE:
                mark_applied(self.connection, new_thresholds)
                return None
            return rows[-1].message_no

    def _one_by_one(self, entries: Sequence[LedgerEntry], error: Exception) -> list[LedgerResult]:
        """A batch with an entry that the tables will not take: the others need not suffer."""
        if len(entries) == 1:
            self.last_error = f"The ledger cannot keep an entry: {error}"
            return [LedgerRefusal("internal", self.last_error)]
        results: list[LedgerResult] = []
        why = None
        for entry in entries:
            results += self.carry_out([entry])
            why = self.last_error or why
        self.last_error = why
        return results

    def _answer_in_outage(self, entry: LedgerEntry, why: str) -> LedgerResult:
        if not isinstance(entry, WRITING):
            try:
                # A full disk can still be read.
                return self.in_the_present_one(lambda: self._transact([entry]))[0]
            except (sqlite3.Error, LedgerError):
                pass
        return answer_without_ledger(entry, why)

    # ---- entries ---------------------------------------------------------------------------

    def _apply(self, batch: Batch, entry: LedgerEntry) -> LedgerResult:
        match entry:
            case AddUsage():
                return add_usage(self.connection, batch, entry)
            case ReadTotals():
                return TotalsRead(entry.session_id, _totals(batch, entry.session_id))
            case ReadSpending():
                batch.write()
                self.spending.rows_added(batch.new_rows_in)
                return SpendingRead(
                    _totals(batch, entry.session_id), self.spending.read(entry.at_ms)
                )
            case KeepUserFields():
                return keep_user_fields(self.connection, batch, entry)
            case ReadGate():
                batch.write()
                return self.watch.carry_out(entry)
            case ReadAlerts() | ChangeAlerts() | RaiseAlert() | EndEpisode():
                return self.watch.carry_out(entry)
            case _:
                assert_never(entry)


def _asked_for(entries: Iterable[LedgerEntry]) -> tuple[set[str], list[str]]:
    """The sessions and keys that these entries are about."""
    session_ids: set[str] = set()
    keys: list[str] = []
    for entry in entries:
        if isinstance(entry, AddUsage):
            upsert = entry.upsert
            session_ids.add(upsert.session_id)
            if upsert.message_id is not None:
                keys.append(upsert.message_id)
        elif isinstance(entry, ReadTotals | ReadSpending | KeepUserFields):
            session_ids.add(entry.session_id)
    return session_ids, keys


def _totals(batch: Batch, session_id: str) -> SessionMetadata | None:
    session = batch.session(session_id)
    if session is None or session.first_seen_ms is None:
        return None
    return session.metadata()
