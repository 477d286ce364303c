"""The warning before Claude Code deletes transcripts."""

from agent_console.usage.ingest.kept_history import KeptHistory
from agent_console.web.store.retention_panel import DAY_MS, retention_lines

NOW_MS = 2_000 * DAY_MS


def kept(age_days: int, *, unread: int = 0, gone: int = 0, gone_responses: int = 0) -> KeptHistory:
    return KeptHistory(12, NOW_MS - age_days * DAY_MS, unread, gone, gone_responses)


def words(days: int, found: KeptHistory) -> str:
    return "\n".join(line for line, _ in retention_lines(days, found, NOW_MS))


def warns(days: int, found: KeptHistory) -> bool:
    return any(kind == "warning" for _, kind in retention_lines(days, found, NOW_MS))


def test_the_oldest_and_when_it_goes() -> None:
    said = words(30, kept(28))

    assert "Claude Code deletes transcripts after 30 days." in said
    assert "12 transcripts: the oldest was last written 28 days ago and goes in 2 days." in said
    assert "All that they tell is in the ledger." in said
    assert "is due" in words(30, kept(31))


def test_what_is_not_read_yet_is_a_warning_only_when_it_may_be_lost() -> None:
    assert warns(30, kept(28, unread=1))
    assert not warns(30, kept(3, unread=1))
    assert not warns(30, kept(28))
    assert "1 transcript has something that is not read yet" in words(30, kept(28, unread=1))


def test_what_only_the_ledger_has() -> None:
    said = words(30, kept(1, gone=3, gone_responses=1_234))

    assert "Only the ledger still has 1,234 responses of 3 transcripts" in said


def test_where_no_transcript_is() -> None:
    assert "No transcript is there now." in words(30, KeptHistory(0, None, 0, 0, 0))
