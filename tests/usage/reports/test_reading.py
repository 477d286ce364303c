"""Reports read the ledger that is there, and change nothing in it."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from tests.usage.reports.ledgers import Message, new_ledger, read_only

from agent_console.errors import LedgerError
from agent_console.usage.database.migrations import MIGRATIONS
from agent_console.usage.database.read_only_uri import SCHEMA
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.reading import open_for_reading


def test_the_queries_are_for_the_schema_of_this_version() -> None:
    assert len(MIGRATIONS) == SCHEMA


def test_there_may_be_no_ledger_yet(tmp_path: Path) -> None:
    assert open_for_reading(str(tmp_path / "none.db")) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [PermissionError, OSError])
def test_a_ledger_that_nobody_may_look_at_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    folder = tmp_path / "data"
    folder.touch()  # where nothing can be opened, whoever asks
    stat = os.stat

    def refused(path: Any, **more: Any) -> os.stat_result:
        if str(path) == str(folder / "metrics.db"):
            raise error(errno.EACCES, "Permission denied", str(path))
        return stat(path, **more)

    monkeypatch.setattr(os, "stat", refused)
    with pytest.raises(LedgerError):
        open_for_reading(str(folder / "metrics.db"))


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.connection.execute(
            "INSERT INTO schema_versions SELECT version + 99, applied_at_ms FROM schema_versions"
        )
    with pytest.raises(LedgerError, match="newer"):
        open_for_reading(str(tmp_path / "metrics.db"))


def test_a_report_sees_one_moment(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill([Message()])
        connection = read_only(ledger.path)
        before = build(connection, Filter(), GROUPINGS["daily"])
        ledger.fill([Message()])
        after = build(connection, Filter(), GROUPINGS["session"])
        connection.close()
    assert after.totals.values() == before.totals.values()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c%20d"
    folder.mkdir()
    with new_ledger(folder) as ledger:
        ledger.fill([Message()])
    assert open_for_reading(str(folder / "metrics.db")) is not None
