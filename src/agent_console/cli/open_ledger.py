"""The ledger for a command that only reads it, with what is new in the transcripts."""

from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from agent_console.cli.output import narrate
from agent_console.cli.up_to_date import OpenedLedger, open_up_to_date
from agent_console.paths import database_path
from agent_console.usage.reports.empty import empty_ledger
from agent_console.usage.reports.reading import explained

if TYPE_CHECKING:
    from collections.abc import Generator

    from agent_console.usage.reports.reading import Reading


@contextmanager
def up_to_date_ledger(
    config_dirs: Sequence[str] = (), *, ingest: bool = True
) -> "Generator[Reading]":
    """The ledger; an empty one when there is none yet, which is told.

    Args:
        config_dirs: Claude Code's folders; empty: the usual ones.
        ingest: Look for new transcript lines first.

    Raises:
        LedgerError: It cannot be brought up to date or read.
    """
    path = str(database_path())
    opened = open_up_to_date(path, config_dirs, ingest=ingest)
    finish_afterwards(opened)
    connection = opened.connection
    if connection is None:
        narrate("There is no ledger yet: no transcript has been read.")
        connection = empty_ledger()
    try:
        yield connection
    except Exception as error:
        raise explained(path, error) from error
    finally:
        connection.close()


def finish_afterwards(opened: OpenedLedger) -> None:
    """Have what follows done when the click command that asks is done.

    What is missing is the command's error where it has none of its own.
    """
    click.get_current_context().with_resource(_finishing(opened))


@contextmanager
def _finishing(opened: OpenedLedger) -> "Generator[None]":
    try:
        yield
    except BaseException:
        opened.take_care()
        if opened.outage is not None:
            narrate(f"agent-console: {opened.outage}")
        raise
    opened.finish()
