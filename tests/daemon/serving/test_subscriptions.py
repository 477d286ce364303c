"""What subscribers hear: everything, in order, once; and the newest of each thing when behind."""

import uuid
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.daemon.running import AsyncWire, Message, Running, serving

NOTE = "x" * 4_000
ID = str(uuid.uuid4())


def working(session: str, **fields: Any) -> Message:
    return {"cmd": "SET", "session_id": session, "status": "working", **fields}


def told(lines: list[Message]) -> list[tuple[str, int]]:
    return [(line["event"], line["seq"]) for line in lines]


async def get_behind(running: Running) -> None:
    """Change a session until the client that does not read has no room left."""
    async with running.connect() as other:
        for number in range(1_000):
            await other.data(**working("filler", note=f"{number}{NOTE}"))
            status = await other.data(cmd="STATUS")
            if any(subscriber["pending"] for subscriber in status["subscribers"]):
                return
    pytest.fail("the client never got behind")


async def until_seq(wire: AsyncWire, seq: int) -> list[Message]:
    """All notifications up to this one."""
    lines: list[Message] = []
    while not lines or lines[-1]["seq"] < seq:
        lines.append(await wire.line())
    return lines


# ---- the snapshot --------------------------------------------------------------------------


async def test_the_snapshot_holds_the_board_the_totals_and_the_limits(scratch_home: Path) -> None:
    session = str(uuid.uuid4())
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(**working(session))
        await wire.data(cmd="UPSERT", session_id=session, turns=2)
        pong = await wire.data(cmd="PING")
        snapshot = await wire.data(cmd="SUB")
        assert snapshot["epoch"] == pong["epoch"]
        assert snapshot["resync"] is True
        assert [s["session_id"] for s in snapshot["sessions"]] == [session]
        assert [m["turns_used"] for m in snapshot["metadata"]] == [2]
        assert snapshot["limits"] == {}


async def test_a_change_of_the_same_moment_is_told_once(scratch_home: Path) -> None:
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.send(working("a"), {"cmd": "SUB"}, working("b"))
        answers = await wire.lines(3)
        notification = await wire.line()
        assert [s["session_id"] for s in answers[1]["data"]["sessions"]] == ["a"]
        assert notification["data"]["session_id"] == "b"
        assert notification["seq"] == answers[1]["data"]["seq"] + 1
        await wire.send({"cmd": "PING"})
        assert (await wire.line())["ok"]  # and nothing in between


async def test_every_change_is_told_in_order_to_every_subscriber(scratch_home: Path) -> None:
    async with (
        serving(scratch_home) as running,
        running.connect() as one,
        running.connect() as two,
        running.connect() as actor,
    ):
        for wire in (one, two):
            await wire.data(cmd="SUB")
        first: list[Message] = []
        second: list[Message] = []
        for number in range(200):
            await actor.data(**working(f"s{number % 7}", priority=number))
            if number % 20 == 19:  # so that neither gets behind
                first += await one.lines(20)
                second += await two.lines(20)
        assert first == second
        assert [line["seq"] for line in first] == list(range(1, 201))
        assert {line["event"] for line in first} == {"session"}
        assert [line["data"]["priority"] for line in first] == list(range(200))
        assert all("history" not in line["data"] for line in first)


async def test_a_subscriber_hears_only_of_its_topics(scratch_home: Path) -> None:
    session = str(uuid.uuid4())
    async with (
        serving(scratch_home) as running,
        running.connect() as sessions,
        running.connect() as money,
        running.connect() as actor,
    ):
        await sessions.data(cmd="SUB", topics=["session"])
        await money.data(cmd="SUB", topics=["usage", "metadata"])
        await actor.data(**working(session))
        await actor.data(cmd="UPSERT", session_id=session, cost_usd=1.5, message_id="m1")
        await actor.data(cmd="RM", session_id=session)
        assert told(await sessions.lines(2)) == [("session", 1), ("session_removed", 4)]
        totals, usage = await money.lines(2)
        assert told([totals, usage]) == [("metadata", 2), ("usage", 3)]
        assert totals["data"]["total_cost_usd"] == 1.5
        assert usage["data"]["message_id"] == "m1"


async def test_what_changes_nothing_wakes_nobody(scratch_home: Path) -> None:
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(**working("a"))
        await wire.data(cmd="SUB")
        await wire.send(working("a"), {"cmd": "GET", "session_id": "a"}, {"cmd": "PING"})
        assert [line.get("ok") for line in await wire.lines(3)] == [True] * 3


async def test_requests_stay_allowed_and_unsub_ends_the_notifications(scratch_home: Path) -> None:
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(cmd="SUB")
        await wire.data(**working("a"))
        assert (await wire.line())["event"] == "session"
        assert await wire.data(cmd="UNSUB") == {"unsubscribed": True}
        await wire.send(working("b"), {"cmd": "PING", "id": 9})
        assert [line["id"] for line in await wire.lines(2)] == [None, 9]
        assert (await wire.data(cmd="STATUS"))["subscribers"] == []


async def test_who_ends_its_sending_goes_on_hearing(scratch_home: Path) -> None:
    async with (
        serving(scratch_home) as running,
        running.connect() as wire,
        running.connect() as actor,
    ):
        await wire.data(cmd="SUB")
        await wire.stream.send_eof()
        for session in ("a", "b"):
            await actor.data(**working(session))
            assert (await wire.line())["data"]["session_id"] == session


async def test_a_subscriber_that_left_is_forgotten(scratch_home: Path) -> None:
    async with serving(scratch_home) as running, running.connect() as actor:
        async with running.connect() as wire:
            await wire.data(cmd="SUB")
        with anyio.fail_after(5):
            while (await actor.data(cmd="STATUS"))["subscribers"]:
                await anyio.lowlevel.checkpoint()
        assert (await actor.data(cmd="STATUS"))["connections"] == 1


# ---- behind --------------------------------------------------------------------------------


async def test_who_is_behind_gets_the_newest_state_of_each_thing_in_order(
    scratch_home: Path,
) -> None:
    async with (
        serving(scratch_home) as running,
        running.connect() as slow,
        running.connect() as actor,
    ):
        await slow.data(cmd="SUB")
        await get_behind(running)
        for number in range(300):
            await actor.data(**working(f"s{number % 3}", priority=number))
        last = (await actor.data(cmd="DUMP"))["seq"]
        (subscriber,) = (await actor.data(cmd="STATUS"))["subscribers"]
        assert subscriber["pending"] == 4
        assert subscriber["lag"] > 300

        lines = await until_seq(slow, last)
        sequence = [line["seq"] for line in lines]
        assert sequence == sorted(set(sequence))
        newest = {line["data"]["session_id"]: line["data"] for line in lines}
        board = {s["session_id"]: s for s in await actor.data(cmd="LIST")}
        assert newest == board
        late = [line for line in lines if line["data"]["session_id"] != "filler"]
        assert [line["data"]["priority"] for line in late] == [297, 298, 299]


async def test_usages_are_not_conflated(scratch_home: Path) -> None:
    session = str(uuid.uuid4())
    async with (
        serving(scratch_home) as running,
        running.connect() as slow,
        running.connect() as actor,
    ):
        await actor.data(**working(session))
        await slow.data(cmd="SUB")
        await get_behind(running)
        for number in range(50):
            await actor.data(cmd="UPSERT", session_id=session, turns=1, message_id=f"m{number}")
        last = (await actor.data(cmd="DUMP"))["seq"]
        lines = await until_seq(slow, last)
        usages = [line["data"]["message_id"] for line in lines if line["event"] == "usage"]
        assert usages == [f"m{number}" for number in range(50)]
        totals = [line["data"]["turns_used"] for line in lines if line["event"] == "metadata"]
        assert totals == [50]


async def test_a_thing_that_came_and_went_is_told_as_gone(scratch_home: Path) -> None:
    async with (
        serving(scratch_home) as running,
        running.connect() as slow,
        running.connect() as actor,
    ):
        await slow.data(cmd="SUB")
        await get_behind(running)
        await actor.data(**working("a"))
        await actor.data(cmd="RM", session_id="a")
        await actor.data(**working("b"))
        await actor.data(cmd="RM", session_id="b")
        await actor.data(**working("b"))
        lines = await until_seq(slow, (await actor.data(cmd="DUMP"))["seq"])
        assert [
            (line["event"], line["data"]["session_id"])
            for line in lines
            if line["data"]["session_id"] != "filler"
        ] == [("session_removed", "a"), ("session", "b")]


@pytest.mark.parametrize(("removals", "event"), [(1_000, "session_removed"), (1_001, "snapshot")])
async def test_a_thousand_removals_are_told_and_more_are_one_snapshot(
    scratch_home: Path, removals: int, event: str
) -> None:
    async with (
        serving(scratch_home) as running,
        running.connect() as slow,
        running.connect() as actor,
    ):
        for number in range(removals):
            await actor.data(**working(f"s{number}"))
        await slow.data(cmd="SUB")
        await get_behind(running)
        for number in range(removals):
            await actor.data(cmd="RM", session_id=f"s{number}")
        last = (await actor.data(cmd="DUMP"))["seq"]
        lines = [line for line in await until_seq(slow, last) if line["event"] != "session"]
        assert {line["event"] for line in lines} == {event}
        if event == "snapshot":
            (snapshot,) = lines
            assert snapshot["seq"] == snapshot["data"]["seq"] == last
            assert [s["session_id"] for s in snapshot["data"]["sessions"]] == ["filler"]
        else:
            assert len(lines) == removals
        # From here on it hears every change again.
        await actor.data(**working("new"))
        assert told([await slow.line()]) == [("session", last + 1)]


async def test_over_a_thousand_usages_are_one_snapshot(scratch_home: Path) -> None:
    session = str(uuid.uuid4())
    async with (
        serving(scratch_home) as running,
        running.connect() as slow,
        running.connect() as actor,
    ):
        await actor.data(**working(session))
        await slow.data(cmd="SUB", topics=["session", "usage"])
        await get_behind(running)
        upserts = [
            {"cmd": "UPSERT", "session_id": session, "turns": 1, "message_id": f"m{number}"}
            for number in range(1_001)
        ]
        for first in range(0, len(upserts), 100):
            batch = upserts[first : first + 100]
            await actor.send(*batch)
            assert all(line["ok"] for line in await actor.lines(len(batch)))
        lines = await until_seq(slow, (await actor.data(cmd="DUMP"))["seq"])
        assert "usage" not in {line["event"] for line in lines}
        assert lines[-1]["event"] == "snapshot"


# ---- coming back ---------------------------------------------------------------------------


async def test_who_comes_back_is_told_what_it_missed_and_no_more(scratch_home: Path) -> None:
    session = str(uuid.uuid4())
    async with serving(scratch_home) as running, running.connect() as actor:
        for name in (session, "gone", "quiet"):
            await actor.data(**working(name))
        async with running.connect() as wire:
            before = await wire.data(cmd="SUB")
        await actor.data(**working(session, priority=1))
        await actor.data(cmd="RM", session_id="gone")
        await actor.data(cmd="UPSERT", session_id=session, turns=1, message_id="m")
        await actor.data(**working(session, priority=2))
        since = {"epoch": before["epoch"], "seq": before["seq"]}
        async with running.connect() as wire:
            await wire.send({"cmd": "SUB", "since": since}, {"cmd": "PING"})
            answer = await wire.line()
            assert answer["data"]["resync"] is False
            assert answer["data"]["sessions"] == answer["data"]["metadata"] == []
            lines = [line for line in await wire.lines(5) if "event" in line]
            assert [line["event"] for line in lines] == [
                "session_removed",
                "metadata",
                "usage",
                "session",
            ]
            sequence = [line["seq"] for line in lines]
            assert sequence == sorted(sequence)
            assert sequence[-1] == answer["data"]["seq"]
            assert lines[-1]["data"]["priority"] == 2
            await actor.data(**working("new"))
            assert (await wire.line())["seq"] == sequence[-1] + 1


@pytest.mark.parametrize(
    "since",
    [
        {"epoch": "another boot", "seq": 1},
        {"seq": 1_000_000},
        {"seq": -1},
    ],
    ids=["of another boot", "from the future", "from before the beginning"],
)
async def test_a_place_that_means_nothing_here_gets_the_snapshot(
    scratch_home: Path, since: Message
) -> None:
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(**working("a"))
        since = {"epoch": (await wire.data(cmd="PING"))["epoch"], **since}
        snapshot = await wire.data(cmd="SUB", since=since)
        assert snapshot["resync"] is True
        assert len(snapshot["sessions"]) == 1


async def test_who_missed_more_than_is_kept_gets_the_snapshot(scratch_home: Path) -> None:
    async with serving(scratch_home) as running, running.connect() as actor:
        before = await actor.data(cmd="SUB")
        await actor.data(cmd="UNSUB")
        for number in range(1_001):
            await actor.send(working(f"s{number}"), {"cmd": "RM", "session_id": f"s{number}"})
            await actor.lines(2)
        since = {"epoch": before["epoch"], "seq": before["seq"]}
        assert (await actor.data(cmd="SUB", since=since))["resync"] is True


# ---- signs of life -------------------------------------------------------------------------


async def test_a_heartbeat_carries_the_last_seq_handed_over(scratch_home: Path) -> None:
    async with (
        serving(scratch_home, heartbeat_seconds=0.05) as running,
        running.connect() as wire,
        running.connect() as actor,
    ):
        await wire.data(cmd="SUB")
        beat = await wire.line()
        assert (beat["event"], beat["seq"]) == ("heartbeat", 0)
        assert set(beat["data"]) == {"at_ms", "limits"}
        await actor.data(**working("a"))
        change = await wire.notification("session")
        beat = await wire.notification("heartbeat")
        assert beat["seq"] == change["seq"] == 1
        assert beat["epoch"] == change["epoch"]


async def test_a_heartbeat_carries_no_seq_of_topics_that_were_not_asked_for(
    scratch_home: Path,
) -> None:
    async with (
        serving(scratch_home, heartbeat_seconds=0.05) as running,
        running.connect() as wire,
    ):
        await wire.data(**working(ID))
        handed = (await wire.data(cmd="SUB", topics=["metadata"]))["seq"]
        assert handed == 1
        changed = await wire.data(**working(ID, note="of another topic"))
        assert changed["rev"] == 2
        status = await wire.data(cmd="STATUS")
        assert status["subscribers"][0]["lag"] == 0
        assert (await wire.notification("heartbeat"))["seq"] == handed
        await wire.send({"cmd": "UPSERT", "session_id": ID, "turns": 1})
        handed = (await wire.notification("metadata"))["seq"]
        await wire.data(**working(ID, note="again"))
        assert (await wire.notification("heartbeat"))["seq"] == handed
        await wire.send({"cmd": "STOP", "force": True})
        assert (await wire.notification("bye"))["seq"] == handed


async def test_a_subscriber_of_some_topics_resumes_where_its_heartbeat_left_it(
    scratch_home: Path,
) -> None:
    async with (
        serving(scratch_home, heartbeat_seconds=0.05) as running,
        running.connect() as actor,
    ):
        await actor.data(**working(ID))
        async with running.connect() as wire:
            await wire.data(cmd="SUB", topics=["metadata"])
            await actor.data(**working(ID, note="of another topic"))
            beat = await wire.notification("heartbeat")
        await actor.data(cmd="UPSERT", session_id=ID, turns=1)
        await actor.data(**working(ID, note="again"))
        async with running.connect() as wire:
            since = {"epoch": beat["epoch"], "seq": beat["seq"]}
            answer = await wire.data(cmd="SUB", topics=["metadata"], since=since)
            assert answer["resync"] is False
            missed = await wire.line()
            assert (missed["event"], missed["data"]["turns_used"]) == ("metadata", 1)
            beat = await wire.line()
            assert (beat["event"], beat["seq"]) == ("heartbeat", answer["seq"])


async def test_bye_is_said_before_a_planned_stop_after_all_else(scratch_home: Path) -> None:
    async with (
        serving(scratch_home) as running,
        running.connect() as ready,
        running.connect() as slow,
        running.connect() as actor,
    ):
        for wire in (ready, slow):
            await wire.data(cmd="SUB", topics=["session"])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(drop_until_bye, ready)
            await get_behind(running)
            await actor.send(
                working("last"), {"cmd": "STOP"}, {"cmd": "STOP", "force": True, "id": 7}
            )
            changed, refused, stopping = await actor.lines(3)
            assert refused["error"]["code"] == "conflict"
            assert stopping["data"] == {"stopping": True}
            lines = await until_seq(slow, changed["data"]["rev"])
            assert lines[-1]["data"]["session_id"] == "last"
            bye = await slow.line()
            assert (bye["event"], bye["seq"]) == ("bye", changed["data"]["rev"])
            assert bye["data"]["reason"] == "asked to"
        with pytest.raises(EOFError):
            await slow.line()
        await running.ended.wait()


async def drop_until_bye(wire: AsyncWire) -> None:
    await wire.notification("bye")
