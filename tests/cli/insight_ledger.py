"""A ledger of weeks up to a noon, where the command line looks for it."""

from pathlib import Path

from tests.usage.reports.ledgers import DAY_MS, HAIKU, NOBODYS, NOON_MS, OPUS, Ledger, Message

SHOP = "/home/user/shop"
LONG = "/home/user/a-project-with-a-rather-long-name/and-a-folder-inside"
DAYS = 40


def weeks_of_work(home: Path) -> Path:
    """The ledger's path: every day a session in two projects, their cache well used."""
    path = home / ".local/share/agent-console/metrics.db"
    ledger = Ledger(path)
    rows: list[Message] = []
    for back in range(DAYS):
        for number, project in enumerate((SHOP, LONG)):
            at_ms = NOON_MS - back * DAY_MS - 40 * 60_000
            session = f"{back:04}{number:04}-1111-4111-8111-111111111111"
            context = 0
            for step in range(4):
                rows.append(
                    Message(
                        at_ms + step * 60_000,
                        session,
                        project,
                        HAIKU if number else OPUS,
                        branch=f"SHOP-{back % 3}-work",
                        input_tokens=100,
                        output_tokens=20_000,
                        cache_write_1h_tokens=30_000,
                        cache_read_tokens=context,
                        web_searches=0,
                    )
                )
                context += 30_000
    rows.append(Message(NOON_MS, "nobody", LONG, NOBODYS, input_tokens=50_000))
    ledger.fill(rows)
    ledger.connection.close()
    return path
