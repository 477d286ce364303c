"""The lines of `watch`: one per thing a person wants to hear of."""

from typing import Any

import msgspec
from rich.cells import cell_len
from tests.client.scripted_daemon import session, snapshot

from agent_console.board.watch_lines import NAME_COLUMNS, WatchLines
from agent_console.protocol.codec import NOTIFICATIONS, Notification
from agent_console.protocol.messages import Snapshot


def lines_of(*notifications: tuple[str, Any], activity: bool = False) -> list[str]:
    """What is said, with every run of blanks as one."""
    lines = WatchLines(activity=activity)
    said: list[str] = []
    for seq, (event, data) in enumerate(notifications):
        decoded = msgspec.convert(data, NOTIFICATIONS[event])
        told = lines.lines(Notification(event, seq, "boot", decoded), "12:00:00")
        said += [" ".join(line.plain.split()) for line in told]
    return said


def test_it_begins_with_the_open_sessions_most_urgent_first() -> None:
    board = snapshot(session("w"), session("c", "closed"), session("q", "question", reason="plan"))

    assert lines_of(("snapshot", board)) == ["12:00:00 q question plan", "12:00:00 w working"]


def test_a_change_of_status_says_from_where_to_where_and_why() -> None:
    assert lines_of(
        ("snapshot", snapshot(session("a"))),
        (
            "session",
            session(
                "a",
                "attention",
                reason="permission",
                activity={"tool": "Bash", "summary": "make\nall"},
            ),
        ),
    )[1:] == ["12:00:00 a working → attention permission: Bash make all"]


def test_a_new_session_and_a_removed_one_are_told() -> None:
    assert lines_of(
        ("snapshot", snapshot()),
        ("session", session("a")),
        ("session_removed", {"session_id": "a"}),
        ("session_removed", {"session_id": "never heard of"}),
    ) == ["12:00:00 a new → working", "12:00:00 a removed"]


def test_tools_are_told_only_when_asked_for() -> None:
    changes = (
        ("snapshot", snapshot(session("a"))),
        ("session", session("a", activity={"tool": "Read", "summary": "x.py"})),
        ("session", session("a", activity={"tool": "Read", "summary": "x.py"}, label="same")),
    )

    assert lines_of(*changes)[1:] == []
    assert lines_of(*changes, activity=True)[1:] == ["12:00:00 a working Read x.py"]


def test_a_new_reason_is_told_without_a_change_of_status() -> None:
    assert lines_of(
        ("snapshot", snapshot(session("a", "attention", reason="ready"))),
        ("session", session("a", "attention", reason="done")),
    )[1:] == ["12:00:00 a attention done"]


def test_after_a_loss_only_what_is_different_is_told() -> None:
    assert lines_of(
        ("snapshot", snapshot(session("a"), session("b"), session("c"))),
        ("snapshot", snapshot(session("a"), session("b", "question"), epoch="another")),
    )[3:] == ["12:00:00 c removed", "12:00:00 b working → question"]


def test_alerts_are_told() -> None:
    alert = {
        "alert_id": "1",
        "kind": "budget",
        "severity": "exceeded",
        "message": "Over it.",
        "at_ms": 1,
    }

    assert lines_of(("alert", alert)) == ["12:00:00 alert exceeded Over it."]


def test_totals_heartbeats_and_goodbyes_are_not() -> None:
    assert (
        lines_of(
            ("metadata", {"session_id": "a"}),
            ("heartbeat", {"at_ms": 1}),
            ("bye", {"reason": "stopped"}),
        )
        == []
    )


def test_names_of_every_script_take_the_same_columns() -> None:
    names = ("web", "日本語のプロジェクト", "とても長い名前のプロジェクトです", "x" * 30)
    board = snapshot(
        *[session(str(number), display_name=name) for number, name in enumerate(names)]
    )
    notification = Notification("snapshot", 1, "boot", msgspec.convert(board, Snapshot))

    lines = WatchLines(activity=False).lines(notification, "12:00:00")

    before = {cell_len(line.plain.partition("working")[0]) for line in lines}
    assert len(lines) == len(names)
    assert before == {len("12:00:00  ") + NAME_COLUMNS + 2}
