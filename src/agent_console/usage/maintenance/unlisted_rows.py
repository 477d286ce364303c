"""Make rows again that follow from the totals of sessions, which the ledger keeps."""

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.unlisted import remake_unlisted


def make_unlisted_again(database: Path, session_nos: Sequence[int]) -> None:
    """Make the unlisted rows of these sessions again.

    Raises:
        LedgerError: The ledger cannot be opened or written.
    """
    with closing(Ledger(database)) as ledger:

        def remake() -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                remake_unlisted(ledger.connection, batch, dict.fromkeys(session_nos, 0), at_ms)

        ledger.writing(remake)
