"""Looks prices up for the index worker, in a process that ends with it.

Run as `python -m agent_console.daemon.price_refresh DATABASE`. It prints how many models it has
looked up.

Rule: only who ends soon imports the catalogue, which takes 20 MB.
"""

import subprocess
import sys
from pathlib import Path

from agent_console import config as configuration
from agent_console.errors import AgentConsoleError
from agent_console.usage.keeping_prices import keep_prices
from agent_console.usage.ledger import Ledger

MODULE = "agent_console.daemon.price_refresh"


def refresh_prices(database: Path) -> int | None:
    """Have it done; how many models were looked up. Null: it failed, and stderr says why."""
    command = [sys.executable, "-P", "-m", MODULE, str(database)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    return int(done.stdout) if done.returncode == 0 else None


def main() -> int:
    """Bring the prices of the ledger named by the first argument up to date."""
    try:
        config = configuration.load()
        ledger = Ledger.configured(Path(sys.argv[1]), config)
        try:
            changed = keep_prices(ledger, config.prices)
        finally:
            ledger.close()
    except AgentConsoleError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the daemon logs it
        return error.exit_code
    print(len(changed.models))  # noqa: T201 - its only reader is `refresh_prices`
    return 0


if __name__ == "__main__":
    sys.exit(main())
