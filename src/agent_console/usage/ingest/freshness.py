"""Whether a report can be made from the ledger as it is, found out in a few milliseconds.

Rule: a wrong yes shows old figures, a wrong no costs a tenth of a second; so in doubt it says no.
Nothing is imported here that a report does not import anyway.
"""

import _sqlite3
import os

from agent_console.claude_code.transcript_walk import TranscriptWalk, projects_in
from agent_console.paths import config_file
from agent_console.usage.ingest.disk_changes import compare, files_there, is_back
from agent_console.usage.prices.installed import price_makers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from sqlite3 import Connection

    from agent_console.claude_code.transcript_walk import Stat
    from agent_console.usage.ingest.disk_changes import DiskChanges

_LATEST = 16
"""As many sessions as are live at a time."""

UNPRICED_CONFIG = '{"discount_percent":"0","models":[]}'
"""What the ledger remembers of a configuration that says nothing of prices."""

_NOT_LOOKED_UP = (
    "SELECT EXISTS (SELECT 1 FROM (SELECT DISTINCT model_no FROM facets WHERE model_no > 0) "
    "LEFT JOIN priced_models USING (model_no) WHERE looked_up_at_ms IS NULL) "
    "OR EXISTS (SELECT 1 FROM price_thresholds WHERE NOT applied)"
)


def look(
    connection: "Connection",
    config_dirs: "Iterable[str]",
    differs: "Callable[[], object] | None" = None,
) -> "DiskChanges | None":
    """What is on the disk that is not in the ledger; null when the ledger cannot say.

    Args:
        connection: The ledger as the report will read it, or as it was before.
        config_dirs: Claude Code's folders.
        differs: Hears as soon as something seems to be so.
    """
    folders = list(config_dirs)
    try:
        known = files_there(connection)
        if differs is None:
            return compare(connection, known, TranscriptWalk(folders))
        told = [differs()] if _latest_differ(known, folders) else []
        back: set[Stat] = set()

        def tell(row: "Stat") -> None:
            if told or row in known:
                return
            if is_back(connection, row):
                back.add(row)
            else:
                told.append(differs())

        return compare(connection, known, TranscriptWalk(folders, tell), back)
    except _sqlite3.Error:
        return None


def _latest_differ(known: "set[Stat]", config_dirs: "Iterable[str]") -> bool:
    """Some of the files that were written to last have been written to again: most often these."""
    below = tuple(f"{projects_in(each)}/" for each in config_dirs)
    for path, *state in sorted(known, key=_mtime_ns)[-_LATEST:]:
        if not path.startswith(below):
            continue
        try:
            stat = os.stat(path)
        except OSError:  # gone, most likely: nothing new
            continue
        if state != [stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns]:
            return True
    return False


def _mtime_ns(row: "Stat") -> int:
    return row[4]


def is_up_to_date(connection: "Connection", changes: "DiskChanges | None") -> bool:
    """Everything in the transcripts is in the ledger, and has the prices of today.

    Args:
        connection: The ledger as the report will read it.
        changes: What a look at the disk has found.
    """
    return has_nothing_new(changes) and knows_prices(connection)


def has_nothing_new(changes: "DiskChanges | None") -> bool:
    """Everything in the transcripts is in the ledger."""
    if changes is None or changes.changed:
        return False
    # One of the usual folders that is not there holds no transcripts.
    return all(isinstance(error, FileNotFoundError) for _, error in changes.failures)


def knows_prices(connection: "Connection") -> bool:
    """The ledger has the prices of today."""
    try:
        return _knows_prices(connection)
    except _sqlite3.Error:
        return False


def _knows_prices(connection: "Connection") -> bool:
    basis = connection.execute("SELECT makers, config FROM price_basis").fetchone()
    if basis != (price_makers(), UNPRICED_CONFIG):
        return False  # the user's own prices have to be read to be compared
    try:
        with open(config_file(), "rb") as file:
            if any(b"prices" in line.partition(b"#")[0] for line in file):
                return False
    except FileNotFoundError:
        pass
    except OSError:
        return False
    return not connection.execute(_NOT_LOOKED_UP).fetchone()[0]
