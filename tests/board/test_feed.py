"""The last events, in words."""

from agent_console.board.feed import ENTRIES, Feed
from agent_console.model.session import Activity, Session, Status
from agent_console.model.usage import Alert, Limits, UsageEntry
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import NotificationData, SessionRemoved, Snapshot

NOW_MS = 1_700_000_000_000


def session(session_id: str, status: Status, **fields: object) -> Session:
    return Session(session_id, status, NOW_MS, NOW_MS, f"name-of-{session_id}", **fields)  # type: ignore[arg-type]


def told(feed: Feed, *data: NotificationData) -> list[str]:
    """What the feed says after these notifications."""
    for each in data:
        feed.take(Notification("any", 1, "epoch", each), NOW_MS)
    return [f"{entry.name} {entry.text}" for entry in feed]


def snapshot(*sessions: Session) -> Snapshot:
    return Snapshot(
        epoch="epoch", seq=1, sessions=sessions, metadata=(), limits=Limits(), resync=True
    )


def test_the_board_as_it_was_is_no_news() -> None:
    assert told(Feed(), snapshot(session("a", Status.WORKING))) == []


def test_a_change_of_status_says_from_what_to_what_and_why() -> None:
    asked = session("a", Status.QUESTION, reason="permission", activity=Activity("Bash", "rm x"))
    feed = Feed()

    assert told(feed, snapshot(session("a", Status.WORKING)), asked) == [
        "name-of-a working → question: permission: Bash rm x"
    ]
    assert len(told(feed, asked)) == 1  # the same again is no news


def test_usage_says_how_much_and_for_how_much() -> None:
    usage = UsageEntry("a", "m", None, 1000, 34, 200, 0, 0.05, NOW_MS)

    assert told(Feed(), snapshot(session("a", Status.WORKING)), usage) == [
        "name-of-a +1,234 tokens $0.0500"
    ]


def test_what_was_missed_while_the_daemon_was_away_is_told_when_it_is_back() -> None:
    before = snapshot(session("a", Status.WORKING), session("b", Status.WORKING))
    after = snapshot(session("a", Status.QUESTION), session("c", Status.ATTENTION))

    assert told(Feed(), before, after) == [
        "name-of-b removed from the board",
        "name-of-a working → question",
        "name-of-c new → attention",
    ]


def test_a_removed_session_is_told_by_its_name() -> None:
    feed = Feed()
    said = told(
        feed, snapshot(session("a", Status.CLOSED)), SessionRemoved("a"), SessionRemoved("a")
    )

    assert said == ["name-of-a removed from the board"]


def test_alerts_are_kept_whole() -> None:
    alert = Alert("1", "budget", "exceeded", "Over\x1b[31m budget", NOW_MS)
    feed = Feed()

    assert told(feed, alert) == ["budget Over [31m budget"]
    assert [entry.alert for entry in feed] == [alert]


def test_only_the_last_events_are_remembered() -> None:
    feed = Feed()
    for number in range(ENTRIES + 5):
        usage = UsageEntry(f"s{number}", "m", None, 1, 0, 0, 0, 0.0, NOW_MS)
        feed.take(Notification("usage", 1, "epoch", usage), NOW_MS)

    entries = list(feed)
    assert len(entries) == ENTRIES
    assert entries[-1].session_id == f"s{ENTRIES + 4}"
    assert feed.since(entries[-3].number) == entries[-2:]


def test_an_alert_that_the_person_has_taken_note_of_is_no_news() -> None:
    acknowledged = Alert("1", "budget", "warning", "Near", NOW_MS, acknowledged_at_ms=NOW_MS)
    snoozed = Alert("2", "budget", "warning", "Near", NOW_MS, snoozed_until_ms=NOW_MS + 1)

    assert told(Feed(), acknowledged, snoozed) == []
