"""Bring the ledger up to date with the transcripts: find, read, take, look prices up.

Rule: the daemon's follower and every command that shows usage go through here, so that there is
one way into the ledger, whoever is faster.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from agent_console import paths
from agent_console.claude_code.transcript_walk import TranscriptWalk
from agent_console.config import Config
from agent_console.config_prices import PricesConfig
from agent_console.presence import is_missing
from agent_console.usage.database.progress import Tell as Say
from agent_console.usage.ingest.discovery import found, unreadable_in
from agent_console.usage.ingest.disk_changes import DiskChanges, compare, files_there
from agent_console.usage.ingest.importer import Imported, Importer
from agent_console.usage.ingest.known_files import KnownFiles, Wanted
from agent_console.usage.ingest.read_jobs import ReadJob
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.prices.looking_up import LookingUp
from agent_console.usage.writing.keeping_prices import keep_prices, prepare_prices
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.taking import Taken


class Progress(Struct, frozen=True):
    """How far it has come. Sizes are in bytes."""

    files: int
    files_in_all: int
    bytes_read: int
    bytes_in_all: int


class CaughtUp(Struct, frozen=True):
    """What was new.

    Attributes:
        files_found: All transcripts that are there.
        files_gone: That were there the last time.
        unreadable: Why files or folders could not be read.
        alerts_raised: How many alerts this has given rise to.
    """

    files_found: int
    files_read: int
    files_gone: int
    bytes_read: int
    responses: int
    unreadable: tuple[UnreadableFile, ...]
    alerts_raised: int = 0


Tell = Callable[[Progress], None]
TakenOf = Callable[[Taken], None]


def bring_up_to_date(
    database: Path,
    prices: PricesConfig,
    *,
    config_dirs: Sequence[Path] | None = None,
    since_ms: int | None = None,
    config: Config | None = None,
    tell: Tell | None = None,
    say: Say | None = None,
    changes: DiskChanges | None = None,
) -> CaughtUp:
    """Take in everything that is new in the transcripts.

    Args:
        database: The ledger; made when it is not there.
        prices: What the user says of prices.
        config_dirs: Claude Code's folders; null: the usual ones.
        since_ms: Only files that were written to since then, Unix milliseconds.
        config: How budgets cut time, and which alerts are wanted; null: by default.
        tell: Hears of the progress.
        say: Hears of a migration.
        changes: What a look at the disk found just now, in whatever folders; null: look.

    Raises:
        LedgerError: The ledger cannot be opened or written; what was taken before stays.
        LookUpError: The process that looks prices up has failed.
    """
    with closing(LookingUp()) as looking_up:
        if is_missing(database):
            looking_up.prepare()  # it is going to be asked, and takes longer than most readings
        with closing(Ledger.configured(database, config or Config(), say)) as ledger:
            caught_up = catch_up(
                ledger,
                config_dirs=config_dirs,
                since_ms=since_ms,
                tell=tell,
                meanwhile=partial(prepare_prices, ledger, prices, looking_up),
                changes=changes,
            )
            keep_prices(ledger, prices, looking_up)
            return replace(caught_up, alerts_raised=ledger.alerts_raised)


def catch_up(
    ledger: Ledger,
    *,
    config_dirs: Sequence[Path] | None = None,
    since_ms: int | None = None,
    tell: Tell | None = None,
    taken: TakenOf | None = None,
    tell_since_ms: int | None = None,
    meanwhile: Callable[[], None] | None = None,
    changes: DiskChanges | None = None,
) -> CaughtUp:
    """The same for a ledger that is open, without the prices.

    Args:
        ledger: Where to.
        config_dirs: Claude Code's folders; null: the usual ones.
        since_ms: Only files that were written to since then, Unix milliseconds.
        tell: Hears of the progress.
        taken: Hears of each transaction.
        tell_since_ms: Rows from this time on are told one by one; null: none.
        meanwhile: Called when other processes have begun to read much.
        changes: What a look at the disk found just now, in whatever folders; null: look.

    Raises:
        LedgerError: The ledger cannot be written; what was taken before stays.
    """
    if changes is None:
        dirs = paths.claude_config_folders() if config_dirs is None else map(str, config_dirs)
        walk = TranscriptWalk(dirs)

        def differences() -> DiskChanges:
            ledger.follow()
            return compare(ledger.connection, files_there(ledger.connection), walk)

        changes = ledger.writing(differences)
    vanished = changes.vanished
    failures = unreadable_in(changes.failures, changes.nameless)
    files = _since([found(each) for each in changes.changed], since_ms)
    back = [found(each) for each in changes.back]
    known = KnownFiles(ledger)

    def look() -> tuple[Wanted, int]:
        wanted = known.wanted([*files, *back])  # first: those that have moved are not gone
        gone = known.mark_gone(vanished)
        for failure in failures:
            known.mark_unreadable(failure)
        return wanted, gone

    wanted, gone = ledger.writing(look)
    read = _take_in(
        ledger,
        wanted,
        tell=tell,
        taken=taken,
        tell_since_ms=tell_since_ms,
        meanwhile=meanwhile,
    )
    return replace(
        read,
        files_found=changes.files_found,
        files_gone=gone,
        unreadable=(*failures, *read.unreadable),
    )


def take_in(
    ledger: Ledger,
    files: Sequence[TranscriptFile],
    *,
    from_start: bool = False,
    tell: Tell | None = None,
) -> CaughtUp:
    """Take in what is new in these files, or all of it.

    Raises:
        LedgerError: The ledger cannot be written; what was taken before stays.
    """
    known = KnownFiles(ledger)
    wanted = ledger.writing(lambda: known.wanted(files, everything=from_start))
    read = _take_in(ledger, wanted, from_start=from_start, tell=tell)
    return replace(read, files_found=len(files))


def _take_in(
    ledger: Ledger,
    wanted: Wanted,
    *,
    from_start: bool = False,
    tell: Tell | None = None,
    taken: TakenOf | None = None,
    tell_since_ms: int | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> CaughtUp:
    in_all = sum(ReadJob(file, state, from_start).bytes_to_read for file, state in wanted)

    def hear(told: Taken, imported: Imported) -> None:
        if taken is not None:
            taken(told)
        if tell is not None:
            tell(Progress(imported.files, len(wanted), imported.bytes_read, in_all))

    if tell is not None and wanted:
        tell(Progress(0, len(wanted), 0, in_all))
    imported = Importer(ledger, hear, meanwhile).take_in(
        wanted,
        from_start=from_start,
        tell_since_ms=time.time_ns() // 1_000_000 if tell_since_ms is None else tell_since_ms,
    )
    return CaughtUp(
        files_found=len(wanted),
        files_read=imported.files,
        files_gone=0,
        bytes_read=imported.bytes_read,
        responses=imported.responses,
        unreadable=tuple(imported.unreadable),
    )


def _since(files: list[TranscriptFile], since_ms: int | None) -> list[TranscriptFile]:
    """The newest first, so that who interrupts has what matters most."""
    recent = [file for file in files if since_ms is None or file.mtime_ns >= since_ms * 1_000_000]
    return sorted(recent, key=lambda file: file.mtime_ns, reverse=True)
