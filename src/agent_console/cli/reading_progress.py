"""A bar on stderr while transcripts are read: files, megabytes, time left.

Rule: nothing is drawn where stderr is no terminal, nor for what is over before one could look.
"""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent_console.usage.ingest.catch_up import Progress

SHOWN_AFTER_SECONDS = 0.5


@contextmanager
def reading_progress() -> "Generator[Callable[[Progress], None]]":
    """What to call with the progress, as often as one likes."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    bar = _Bar()
    try:
        yield bar.tell
    finally:
        bar.end()


class _Bar:
    def __init__(self) -> None:
        self._since = time.monotonic()
        self._drawn: tuple[Callable[[Progress], None], Callable[[], None]] | None = None

    def tell(self, progress: "Progress") -> None:
        if self._drawn is None:
            if time.monotonic() - self._since < SHOWN_AFTER_SECONDS:
                return
            self._drawn = _draw(progress)
        self._drawn[0](progress)

    def end(self) -> None:
        if self._drawn is not None:
            self._drawn[1]()


def _draw(first: "Progress") -> "tuple[Callable[[Progress], None], Callable[[], None]]":
    from rich.console import Console  # noqa: PLC0415 - most readings are over before
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress as RichProgress,
        TextColumn,
        TimeRemainingColumn,
    )

    drawing = RichProgress(
        TextColumn("Reading transcripts"),
        BarColumn(),
        TextColumn("{task.fields[files]}/{task.fields[files_in_all]} files"),
        DownloadColumn(binary_units=True),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = drawing.add_task(
        "", total=first.bytes_in_all, files=first.files, files_in_all=first.files_in_all
    )
    drawing.start()

    def show(progress: "Progress") -> None:
        drawing.update(
            task,
            completed=progress.bytes_read,
            total=progress.bytes_in_all,
            files=progress.files,
            files_in_all=progress.files_in_all,
        )

    return show, drawing.stop
