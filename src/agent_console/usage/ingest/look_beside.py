"""Looks at the disk in a process of its own, while a report is made of the ledger as it is.

To look at thousands of transcripts takes about as long as to make a report, and most often nothing
has changed.

Rule 1: the other process sees the ledger as it was before the report sees it, and the same one:
        what it calls unchanged is in the report, whoever writes meanwhile.
Rule 2: it is forked, which is safe only where nothing has begun a thread, and before this process
        opens the ledger. It never returns from here, and writes nothing but what it has found.
"""

import marshal
import os
import sys

from agent_console.usage.database.generation import file_at, generation
from agent_console.usage.ingest import freshness
from agent_console.usage.ingest.disk_changes import DiskChanges
from agent_console.usage.reports.reading import open_as_it_is

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent_console.usage.reports.reading import Reading

_DIFFERS, _FOUND = b"D", b"F"
"""What is told after a line with the mark of the ledger that was opened: something differs, if it
does; and what was found, to the end."""
_MOST = 1 << 20
_SIGKILL = 9
"""The module `signal` is not imported for it."""


def can_look_beside(database: str) -> bool:
    """Whether it may be done, and is of use: there is a ledger, and a second processor."""
    return (
        "threading" not in sys.modules
        and hasattr(os, "fork")
        and (os.cpu_count() or 1) > 1
        and os.path.isfile(database)
    )


class LookBeside:
    """A look that has begun; who asks for it waits for its end, or calls `stop`.

    Args:
        database: The ledger.
        config_dirs: Claude Code's folders.

    Raises:
        OSError: There can be no other process.
    """

    def __init__(self, database: str, config_dirs: "Sequence[str]") -> None:
        self._told = b""
        self._pipe, other_end = os.pipe()
        try:
            self._process = os.fork()
        except OSError:
            os.close(self._pipe)
            os.close(other_end)
            raise
        if not self._process:
            try:
                os.close(self._pipe)
                _let_go_of_streams(other_end)
                _look(database, config_dirs, other_end)
            finally:
                os._exit(0)  # whatever it was: who waits looks for itself
        os.close(other_end)

    def wait_until_begun(self) -> None:
        """Open the ledger after this, not before."""
        while b"\n" not in self._told:
            told = os.read(self._pipe, _MOST)
            if not told:
                return
            self._told += told

    def sees(self, database: str, connection: "Reading") -> bool:
        """Whether it looks at the ledger of `connection`: none was put in its place meanwhile."""
        return self._told.partition(b"\n")[0] == _mark(database, connection)

    def differs(self) -> bool:
        """Something has been found already; that may turn out to tell nothing new."""
        if self._told.endswith(b"\n"):
            os.set_blocking(self._pipe, False)
            try:
                self._told += os.read(self._pipe, 1)
            except BlockingIOError:
                return False
            finally:
                os.set_blocking(self._pipe, True)
        return self._told.partition(b"\n")[2][:1] == _DIFFERS

    def changes(self) -> DiskChanges | None:
        """Wait for what was found; null when the other process could not say."""
        pieces = [self._told]
        while piece := os.read(self._pipe, _MOST):
            pieces.append(piece)
        self._end()
        _, _, told = b"".join(pieces).partition(b"\n")
        _, found, document = told.partition(_FOUND)
        return _decoded(document) if found else None

    def stop(self) -> None:
        """Nobody wants to know any more; nothing happens when it has ended."""
        if self._process:
            try:  # noqa: SIM105 - `suppress` would be imported for this alone
                os.kill(self._process, _SIGKILL)
            except ProcessLookupError:
                pass
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, 0
        os.close(self._pipe)
        try:  # noqa: SIM105 - likewise
            os.waitpid(process, 0)
        except ChildProcessError:  # where children are not waited for (SIGCHLD is ignored)
            pass


def _let_go_of_streams(pipe: int) -> None:
    """Who reads what the command writes is not to wait for this process too."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        if stream != pipe:
            os.dup2(nowhere, stream)


def _mark(database: str, connection: "Reading") -> bytes:
    """What differs when another ledger is put in its place."""
    return repr((*file_at(database), generation(connection))).encode()


def _look(database: str, config_dirs: "Sequence[str]", pipe: int) -> None:
    connection = open_as_it_is(database, wait_ms=0)  # who waits for this waits itself
    if connection is None:
        return
    os.write(pipe, _mark(database, connection) + b"\n")
    told: list[int] = []

    def differs() -> None:
        if not told:
            told.append(os.write(pipe, _DIFFERS))

    changes = freshness.look(connection, config_dirs, differs)
    if changes is None:
        return
    document = memoryview(_FOUND + _encoded(changes))
    while document:
        document = document[os.write(pipe, document) :]


def _encoded(changes: DiskChanges) -> bytes:
    failures = [(path, error.errno, error.strerror) for path, error in changes.failures]
    return marshal.dumps(
        (
            changes.files_found,
            changes.changed,
            changes.back,
            changes.vanished,
            failures,
            changes.nameless,
        )
    )


def _decoded(document: bytes) -> DiskChanges | None:
    try:
        files_found, changed, back, vanished, failures, nameless = marshal.loads(document)  # noqa: S302 - ours
    except (EOFError, ValueError, TypeError):  # it was ended in the middle
        return None
    errors = [(path, OSError(number, reason)) for path, number, reason in failures]
    return DiskChanges(files_found, changed, back, vanished, failures=errors, nameless=nameless)
