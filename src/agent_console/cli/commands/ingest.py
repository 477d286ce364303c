"""`agent-console ingest`: take what is new in the transcripts into the ledger."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_console import config
from agent_console.cli.caught_up import tell_of_alerts, tell_unreadable
from agent_console.cli.config_dirs_option import config_dirs_option
from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.cli.reading_progress import reading_progress
from agent_console.model.format import counted, size
from agent_console.paths import database_path

if TYPE_CHECKING:
    from agent_console.usage.ingest.catch_up import CaughtUp

_DAY_MS = 24 * 3600 * 1000


class Days(click.ParamType[int]):
    """A number of days, like `90d`."""

    name = "days"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The number."""
        text = str(value).strip().removesuffix("d")
        if not text.isdigit() or int(text) < 1:
            self.fail(f"`{value}` is no number of days: write it like 90d.", param, ctx)
        return int(text)


@click.command("ingest")
@click.option(
    "--since",
    type=Days(),
    metavar="DAYS",
    help="Only transcripts written to in so many days, like 90d; the rest can follow later.",
)
@config_dirs_option
@json_option
def command(since: int | None, config_dirs: tuple[Path, ...], as_json: bool) -> None:
    """Read what is new in Claude Code's transcripts.

    `usage` and the daemon do this by themselves. Interrupted, it keeps what it has read.
    """
    from agent_console.usage.ingest.catch_up import (  # noqa: PLC0415 - help needs no readers
        bring_up_to_date,
    )

    since_ms = None if since is None else time.time_ns() // 1_000_000 - since * _DAY_MS
    started = time.monotonic()
    configured = config.load()
    with reading_progress() as tell:
        caught_up = bring_up_to_date(
            database_path(),
            configured.prices,
            config_dirs=config_dirs or None,
            config=configured,
            since_ms=since_ms,
            tell=tell,
            say=narrate,
        )
    if as_json:
        emit_json(caught_up)
    else:
        emit(_sentence(caught_up, time.monotonic() - started))
    tell_unreadable(caught_up)
    tell_of_alerts(caught_up.alerts_raised)
    if caught_up.files_read:
        from agent_console.cli.taken_in import has_taken_in  # noqa: PLC0415 - not always

        has_taken_in(database_path())


def _sentence(caught_up: "CaughtUp", seconds: float) -> str:
    if not caught_up.files_read:
        return f"Nothing new in {counted(caught_up.files_found, 'transcript')}."
    return (
        f"Read {counted(caught_up.responses, 'response')} in {caught_up.files_read:,} of "
        f"{counted(caught_up.files_found, 'transcript')} ({size(caught_up.bytes_read)}) "
        f"in {seconds:.1f} s."
    )
