"""Whether a report can be made from the ledger as it is, found out in a few milliseconds.

Rule: a wrong yes shows old figures, a wrong no costs a tenth of a second; so in doubt it says no.
Nothing is imported here that a report does not import anyway.
"""

import _sqlite3

from agent_console.paths import claude_config_folders, config_file
from agent_console.usage.ingest.transcript_walk import TranscriptWalk
from agent_console.usage.prices.installed import price_makers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection

UNPRICED_CONFIG = '{"discount_percent":"0","models":[]}'
"""What the ledger remembers of a configuration that says nothing of prices."""

_FILES = "SELECT path, device, inode, size_bytes, mtime_ns FROM sources"
_NOT_LOOKED_UP = (
    "SELECT EXISTS (SELECT 1 FROM facets LEFT JOIN priced_models USING (model_no) "
    "WHERE facets.model_no > 0 AND facet_no = brief_no AND looked_up_at_ms IS NULL) "
    "OR EXISTS (SELECT 1 FROM price_thresholds WHERE NOT applied)"
)


def is_up_to_date(connection: "Connection", config_dirs: "Sequence[str]" = ()) -> bool:
    """Everything in the transcripts is in the ledger, and has the prices of today.

    Args:
        connection: The ledger as the report will read it.
        config_dirs: Claude Code's folders; empty: the usual ones.
    """
    try:
        return _knows_prices(connection) and _has_read(
            connection, config_dirs or claude_config_folders()
        )
    except _sqlite3.Error:
        return False


def _has_read(connection: "Connection", config_dirs: "Sequence[str]") -> bool:
    walk = TranscriptWalk()
    for folder in config_dirs:
        walk.projects(folder)
    walk.follow_links()
    # One of the usual folders that is not there holds no transcripts.
    if not all(isinstance(error, FileNotFoundError) for _, error in walk.failures):
        return False
    unread = {
        (path, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
        for path, _, stat in walk.files.values()
    }
    if unread:
        unread.difference_update(connection.execute(_FILES))
    return not unread


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
