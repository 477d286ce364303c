"""Follows transcripts into the ledger: a process of its own, so that the daemon's loop never waits.

Run as `python -m agent_console.daemon.indexing.index_worker DATABASE`. On stdin it is told what to
do, a JSON object a line (`IndexerOrder`); on stdout it tells what it did (`Indexed`). It ends when
stdin does. It is told of every file that a hook names; a watch on the folders finds the others; a
sweep through all of them, and through files that were named elsewhere, is for what a watch can
miss.
"""

import math
import os
import select
import selectors
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agent_console import config as configuration, paths
from agent_console.config import Config
from agent_console.daemon.indexing.index_messages import Indexed, IndexerOrder
from agent_console.errors import AgentConsoleError, ConfigError
from agent_console.usage.ingest.catch_up import Progress, catch_up
from agent_console.usage.ingest.discovery import find_transcript
from agent_console.usage.ingest.importer import Importer
from agent_console.usage.ingest.transcript_file import TranscriptFile
from agent_console.usage.prices.looking_up import LookingUp, LookUpError
from agent_console.usage.prices.refresh import needs_refresh
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.taking import Taken

if TYPE_CHECKING:
    from agent_console.daemon.indexing.tree_watch import TreeWatch

SWEEP_SECONDS = 60.0
QUIET_SECONDS = 600.0
"""After so long without news it sweeps only when there are some."""
SETTLE_SECONDS = 0.02
"""What is written together is read together: the pause before what has changed is looked at."""
RECENT_MS = 10 * 60 * 1000
"""Rows of older messages are told as totals only: they are history, not news."""
NICE = 10


class _DaemonsLedger(Ledger):
    """A ledger that is its daemon's: without one, what was taken away is not made anew."""

    def _reopen(self) -> None:
        if _is_alone():
            raise BrokenPipeError
        super()._reopen()


class IndexWorker:
    """The process.

    Args:
        database: The ledger.
        config_dirs: Claude Code's folders.
    """

    def __init__(self, database: Path, config_dirs: list[Path]) -> None:
        self._ledger = _DaemonsLedger.configured(database, _config())
        self._config_dirs = config_dirs
        self._encoder = msgspec.json.Encoder()
        self._selector = selectors.DefaultSelector()
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        self._watch = self._watching()
        self._partial = b""
        self._changed: dict[str, None] = {}
        self._elsewhere: dict[str, None] = {}
        self._swept_at = -math.inf
        self._heard_at = time.monotonic()
        self._told_alerts = 0
        self._prices_failed = False
        self._ended = False

    def run(self) -> None:
        """Follow until stdin ends."""
        self._look_for_folders()
        self._sweep()
        while not self._ended:
            if self._changed:
                time.sleep(SETTLE_SECONDS)
                self._listen(0)
                self._read_changed()
            else:
                self._listen(self._patience())
            if time.monotonic() - self._swept_at >= SWEEP_SECONDS:
                self._look_for_folders()
                self._sweep()
        self._ledger.close()

    # ---- hearing ---------------------------------------------------------------------------

    def _patience(self) -> float | None:
        """How long to wait for news before the next sweep; null: until there are some.

        Nothing has gone on for a while and everything is watched: no timer is kept for that.
        """
        now = time.monotonic()
        if self._watch is not None and now - self._heard_at > QUIET_SECONDS:
            return None
        return max(0.0, self._swept_at + SWEEP_SECONDS - now)

    def _listen(self, seconds: float | None) -> None:
        for key, _ in self._selector.select(seconds):
            self._heard_at = time.monotonic()
            if key.fileobj == sys.stdin.fileno():
                self._hear()
            else:
                self._notice()

    def _hear(self) -> None:
        data = os.read(sys.stdin.fileno(), 65_536)
        if not data:
            self._ended = True
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            try:
                order = msgspec.json.decode(line, type=IndexerOrder)
            except msgspec.MsgspecError as error:
                self._tell(Indexed(error=f"The index worker cannot read an order: {error}"))
                continue
            if order.prices:
                self._keep_prices()
            if order.path is not None:
                self._look_at(order.path)
            if order.config_dir is not None and Path(order.config_dir) not in self._config_dirs:
                self._config_dirs.append(Path(order.config_dir))
                self._look_for_folders()
                self._swept_at = -math.inf

    def _look_at(self, path: str) -> None:
        """A hook has named this transcript."""
        if "\0" in path:
            return  # no file has such a name
        self._changed[path] = None
        real = os.path.realpath(path)
        if not any(real.startswith(f"{folder}/") for folder in self._projects()):
            self._elsewhere[path] = None
            self._watching_or_not(partial(_follow_file, path))

    def _notice(self) -> None:
        if self._watch is None:
            return
        complete = self._watching_or_not(lambda watch: watch.read())
        if not complete:
            self._swept_at = -math.inf

    def _watching(self) -> "TreeWatch | None":
        if sys.platform != "linux":
            return None  # all is looked at by the clock
        from agent_console.daemon.indexing.tree_watch import TreeWatch  # noqa: PLC0415 - Linux only

        try:
            watch = TreeWatch()
        except OSError as error:
            words = f"Transcripts cannot be watched ({error}): looking by the clock."
            self._tell(Indexed(error=words))
            return None
        self._selector.register(watch.fileno(), selectors.EVENT_READ)
        return watch

    def _projects(self) -> list[str]:
        return [os.path.realpath(folder / "projects") for folder in self._config_dirs]

    def _look_for_folders(self) -> None:
        for folder in self._projects():
            self._watching_or_not(partial(_follow, folder))
        for path in self._elsewhere:
            self._watching_or_not(partial(_follow_file, path))

    def _watching_or_not(self, ask: "Callable[[TreeWatch], list[str] | None]") -> bool:
        """Ask the watch, if there is one, what has changed; whether it has told all."""
        if self._watch is None:
            return False
        try:
            changed = ask(self._watch)
        except OSError as error:
            words = f"The system has no watches left ({error}): looking by the clock."
            self._tell(Indexed(error=words))
            self._selector.unregister(self._watch.fileno())
            self._watch.close()
            self._watch = None
            return False
        self._changed.update(dict.fromkeys(changed or ()))
        return changed is not None

    # ---- reading ---------------------------------------------------------------------------

    def _sweep(self) -> None:
        """Look at every transcript there is."""
        self._changed = dict(self._elsewhere)
        caught_up = catch_up(
            self._ledger,
            config_dirs=self._config_dirs,
            tell=self._tell_progress,
            taken=self._tell_taken,
            tell_since_ms=self._recent_ms(),
        )
        self._swept_at = time.monotonic()
        self._prices_failed = False
        self._keep_prices()
        self._tell(Indexed(files=caught_up.files_found, is_caught_up=True))

    def _read_changed(self) -> None:
        changed, self._changed = self._changed, {}
        found = [find_transcript(path) for path in changed]
        files = [file for file in found if isinstance(file, TranscriptFile)]
        importer = Importer(self._ledger, lambda taken, _: self._tell_taken(taken))
        importer.run(files, tell_since_ms=self._recent_ms())
        self._keep_prices()

    def _keep_prices(self) -> None:
        try:
            prices = configuration.load().prices
        except ConfigError:
            return  # the daemon says so; the prices of before stay
        if not needs_refresh(self._ledger.connection, prices):
            keep_prices(self._ledger, prices)  # at most thresholds are to be applied
            if self._has_raised():
                self._tell(Indexed(alerts_raised=True))
        elif not self._prices_failed:
            with closing(LookingUp()) as looking_up:
                looking_up.start()
                try:
                    changed = keep_prices(self._ledger, prices, looking_up)
                except LookUpError as error:
                    self._prices_failed = True  # the next sweep tries again
                    self._tell(Indexed(error=str(error)))
                    return
            if changed.models:
                self._told_alerts = self._ledger.alerts_raised
                self._tell(Indexed(prices_changed=True, alerts_raised=True))

    def _recent_ms(self) -> int:
        return time.time_ns() // 1_000_000 - RECENT_MS

    # ---- telling ---------------------------------------------------------------------------

    def _tell_progress(self, progress: Progress) -> None:
        self._tell(Indexed(bytes_read=progress.bytes_read, bytes_in_all=progress.bytes_in_all))

    def _tell_taken(self, taken: Taken) -> None:
        self._tell(
            Indexed(
                sessions=tuple(taken.sessions),
                usage=tuple(taken.usage),
                alerts_raised=self._has_raised(),
            )
        )

    def _has_raised(self) -> bool:
        """Whether alerts were raised that the daemon does not know of."""
        raised, self._told_alerts = self._told_alerts, self._ledger.alerts_raised
        return self._told_alerts != raised

    def _tell(self, indexed: Indexed) -> None:
        data = self._encoder.encode(indexed) + b"\n"
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]


def _config() -> Config:
    """What the user has configured; a file that cannot be used is for the daemon to tell of."""
    try:
        return configuration.load()
    except ConfigError:
        return Config()


def _is_alone() -> bool:
    """The daemon has ended since it started this: its ledger may be gone, and is not made anew."""
    poll = select.poll()
    poll.register(sys.stdin.fileno(), 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def _follow(folder: str, watch: "TreeWatch") -> list[str]:
    """What there is; a folder that is not there yet is awaited."""
    return watch.add(folder) if os.path.isdir(folder) else watch.add_file(folder)


def _follow_file(path: str, watch: "TreeWatch") -> list[str]:
    return watch.add_file(path)


def main() -> int:
    """Follow the ledger named by the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for the daemon to answer: it ends stdin
    os.nice(NICE)
    database, *config_dirs = map(Path, sys.argv[1:])
    if _is_alone():
        return 0
    try:
        IndexWorker(database, config_dirs or paths.claude_config_dirs()).run()
    except BrokenPipeError:
        return 0  # the daemon is gone
    except AgentConsoleError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the daemon logs it
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
