"""A small ledger where the command line looks for it."""

from pathlib import Path

from tests.usage.reports.ledgers import (
    DAY_MS,
    HAIKU,
    HOUR_MS,
    NOBODYS,
    NOON_MS,
    OPUS,
    Ledger,
    Message,
)

SHOP = "/home/user/shop"
API = "/srv/api"
FIRST = "11111111-1111-4111-8111-111111111111"
FORK = "11111111-2222-4111-8111-111111111111"
SILENT = "99999999-1111-4111-8111-111111111111"

MESSAGES = (
    Message(NOON_MS - 9 * DAY_MS, FIRST, SHOP, OPUS, key="msg_1", output_tokens=1000),
    Message(NOON_MS - DAY_MS, FIRST, SHOP, HAIKU, agent_type="Explore", key="msg_2"),
    Message(NOON_MS, FIRST, SHOP, OPUS, key="msg_3", cache_read_tokens=50_000, lower_bound=True),
    Message(NOON_MS, FIRST, SHOP, OPUS, kind=2, key="s:cost-state:1", input_tokens=700),
    Message(NOON_MS + HOUR_MS, FORK, API, NOBODYS, branch="fix", key="msg_4"),
    Message(NOON_MS + HOUR_MS, FORK, API, OPUS, branch="fix", key="msg_5", output_tokens=2000),
)


def small_ledger(home: Path) -> Ledger:
    """The ledger; whoever asks for it closes it."""
    ledger = Ledger(home / ".local/share/agent-console/metrics.db")
    ledger.session(FIRST, title="Mend\x1b[31m the shop")
    ledger.fill(MESSAGES)
    origin = ledger.session(FIRST)
    ledger.session(FORK, forked_from_no=origin, title='=HYPERLINK("x")')
    ledger.source("/gone/first.jsonl", FIRST, user_messages=3)
    ledger.source("/gone/silent.jsonl", SILENT, last_line_ms=NOON_MS, first_line_ms=NOON_MS)
    return ledger
