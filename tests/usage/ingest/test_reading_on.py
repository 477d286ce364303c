"""Reading on where the last reading ended, whatever happened to the file in between."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.usage.ingest.transcripts import (
    NOON_MS,
    OTHER,
    SESSION,
    answer,
    append,
    found,
    prompt,
    read,
    text_of,
    told,
    tool_result,
    total,
    usage,
    write,
)

from agent_console.usage.ingest.line_buffer import LineBuffer
from agent_console.usage.ingest.read_jobs import ReadJob
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.tables.file_reading import SourceState


def unchanged(file: TranscriptFile, state: SourceState) -> bool:
    """Nothing is in the file that the reading with this state has not seen."""
    there = (file.size_bytes, file.mtime_ns, file.inode, file.device)
    return there == (state.size_bytes, state.mtime_ns, state.inode, state.device)


def test_only_what_is_new_is_told(session: Path) -> None:
    first = read(write(session, prompt(), answer("msg_1")))
    second = read(append(session, prompt(), answer("msg_2")), first.after)
    assert (list(told(first)), list(told(second))) == (["msg_1"], ["msg_2"])
    assert (second.before, second.from_start) == (first.after, False)
    assert (second.after.lines, second.after.user_messages) == (4, 2)
    assert second.after.first_line_ms == first.after.first_line_ms


def test_a_half_written_line_is_left_for_the_next_time(session: Path) -> None:
    text = text_of(answer("msg_2"))
    first = read(write(session, answer("msg_1"), text[:50]))
    assert (list(told(first)), first.after.bad_reasons) == (["msg_1"], {})
    second = read(append(session, text[50:]), first.after)
    assert list(told(second)) == ["msg_2"]
    assert second.after.offset_bytes == session.stat().st_size


def test_a_file_that_was_read_is_unchanged_until_it_grows(session: Path) -> None:
    after = read(write(session, answer(), b'{"half')).after
    assert unchanged(found(session), after)
    assert not unchanged(append(session, b"}\n"), after)


def test_reading_again_tells_nothing(session: Path) -> None:
    after = read(write(session, prompt(), answer())).after
    again = read(found(session), after)
    assert (len(again.responses), again.after) == (0, after)


def test_a_truncated_file_is_read_from_its_beginning(session: Path) -> None:
    before = read(write(session, answer("msg_1"), answer("msg_2"))).after
    again = read(write(session, answer("msg_3")), before)
    assert (again.from_start, again.before, list(told(again))) == (True, before, ["msg_3"])
    assert again.after.lines == 1


@pytest.mark.parametrize("at", ["beginning", "end"])
def test_a_rewritten_file_is_read_from_its_beginning(session: Path, at: str) -> None:
    lines = text_of(answer("msg_1"), *[prompt()] * 20, answer("msg_2"))
    before = read(write(session, lines)).after
    if at == "beginning":
        rewritten = lines.replace(b"msg_1", b"msg_9")
    else:
        rewritten = lines.removesuffix(b'"main"}\n') + b'"work"}\n'
    again = read(write(session, rewritten, answer("msg_3")), before)
    assert (again.from_start, again.before, len(again.responses)) == (True, before, 3)


def test_a_file_in_the_place_of_another_is_read_from_its_beginning(session: Path) -> None:
    before = read(write(session, answer("msg_1"))).after
    new = session.with_suffix(".new")
    write(new, answer("msg_8"), answer("msg_9"))
    new.rename(session)
    again = read(found(session), before)
    assert (again.from_start, list(told(again))) == (True, ["msg_8", "msg_9"])


LONG = text_of(answer("msg_1"), *[prompt("x" * 200)] * 20, answer("msg_2"), *[prompt()] * 20)
"""Its second answer stands where no print looks."""
CHANGED = LONG.replace(b"msg_2", b"msg_9")


def touch(path: Path, state: SourceState) -> None:
    """Written to a second after what `state` says."""
    os.utime(path, ns=(state.mtime_ns, state.mtime_ns + 1_000_000_000))


def in_place(session: Path, before: SourceState) -> None:
    session.write_bytes(CHANGED)
    touch(session, before)


def by_another_file(session: Path, before: SourceState) -> None:
    other = session.with_suffix(".new")
    other.write_bytes(CHANGED)
    touch(other, before)
    other.rename(session)


@pytest.mark.parametrize(
    ("half_line", "rewrite"),
    [(b"", in_place), (b"", by_another_file), (b'{"half', in_place)],
)
def test_a_file_that_changed_and_did_not_grow_is_read_from_its_beginning(
    session: Path, half_line: bytes, rewrite: Callable[[Path, SourceState], None]
) -> None:
    before = read(write(session, LONG, half_line)).after
    rewrite(session, before)
    again = read(found(session), before)
    assert (again.from_start, again.before, list(told(again))) == (True, before, ["msg_1", "msg_9"])
    assert again.bytes_read == len(CHANGED)
    assert again.after == read(found(session)).after
    once_more = read(found(session), again.after)
    assert (once_more.from_start, once_more.bytes_read) == (False, 0)


def test_a_file_that_only_has_another_number_is_not_read_again(session: Path) -> None:
    """As on a file system that numbers anew when it is mounted."""
    before = read(write(session, LONG)).after
    other = session.with_suffix(".new")
    other.write_bytes(LONG)
    os.utime(other, ns=(before.mtime_ns, before.mtime_ns))
    other.rename(session)
    again = read(found(session), before)
    assert (again.from_start, again.bytes_read) == (False, 0)


def test_one_that_was_written_to_and_grew_is_read_on(session: Path) -> None:
    before = read(write(session, LONG)).after
    append(session, answer("msg_3"))
    touch(session, before)
    again = read(found(session), before)
    assert (again.from_start, list(told(again))) == (False, ["msg_3"])


def test_a_reading_that_ended_early_is_gone_on_with_whenever_the_file_was_written_to(
    session: Path,
) -> None:
    """Else a file that is read in several pieces is read for ever while it is touched."""
    reader = TranscriptReader(LineBuffer(1_024), reading_bytes=1)
    state = read(write(session, LONG)).after
    touch(session, state)
    file = found(session)
    keys: list[str] = []
    readings = 0
    for readings, reading in enumerate(reader.readings(file, state), 1):
        assert not isinstance(reading, UnreadableFile)
        assert reading.from_start is (readings == 1)
        keys += told(reading)
        touch(session, replace(state, mtime_ns=state.mtime_ns + readings * 1_000_000_000))
        state = reading.after
    assert (readings > 3, keys) == (True, ["msg_1", "msg_2"])
    assert state.offset_bytes == len(LONG)


@pytest.mark.parametrize("changed", [True, False])
def test_how_much_is_to_be_read_of_a_file_is_known_before(session: Path, changed: bool) -> None:
    before = read(write(session, LONG)).after
    if changed:
        touch(session, before)
    job = ReadJob(found(session), before)
    assert job.bytes_to_read == read(job.file, before).bytes_read == len(LONG) * changed


def test_a_copy_that_goes_on_is_read_on(session: Path) -> None:
    before = read(write(session, answer("msg_1"))).after
    session.rename(session.with_suffix(".old"))
    again = read(write(session, answer("msg_1"), answer("msg_2")), before)
    assert (again.from_start, list(told(again))) == (False, ["msg_2"])


def test_it_can_be_asked_to_begin_anew(session: Path) -> None:
    before = read(write(session, prompt(), answer())).after
    again = read(found(session), before, from_start=True)
    assert (again.before, again.from_start, again.after) == (before, True, before)
    assert total(again) == (10, 100, 0, 0)


def test_a_file_that_vanished_is_gone(session: Path) -> None:
    file = write(session, answer())
    session.unlink()
    failure = TranscriptReader().read_on(file, None)
    assert isinstance(failure, UnreadableFile)
    assert (failure.path, failure.is_gone) == (file.path, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_why(session: Path) -> None:
    file = write(session, answer())
    session.chmod(0)
    failure = TranscriptReader().read_on(file, None)
    assert failure == UnreadableFile(file.path, "Permission denied", is_gone=False)


def test_a_folder_in_its_place_says_why(session: Path) -> None:
    file = write(session, answer())
    session.unlink()
    session.mkdir()
    failure = TranscriptReader().read_on(file, None)
    assert failure == UnreadableFile(file.path, "Is a directory", is_gone=False)


def test_a_line_that_is_too_long_is_passed_over_and_counted(session: Path) -> None:
    file = write(session, answer("msg_1"), prompt("x" * 10_000), answer("msg_2"))
    reader = TranscriptReader(LineBuffer(1_024, longest_line_bytes=8_192))
    reading = reader.read_on(file, None)
    assert not isinstance(reading, UnreadableFile)
    assert list(told(reading)) == ["msg_1", "msg_2"]
    assert reading.after.bad_reasons == {"too_long": 1}
    assert reading.after.lines == 3
    assert reading.after.offset_bytes == file.size_bytes


def test_a_line_that_is_too_long_so_far_is_waited_for(session: Path) -> None:
    text = text_of(prompt("x" * 10_000))
    reader = TranscriptReader(LineBuffer(1_024, longest_line_bytes=8_192))
    first = reader.read_on(write(session, answer("msg_1"), text[:9_000]), None)
    assert not isinstance(first, UnreadableFile)
    assert (first.after.lines, first.after.bad_reasons) == (1, {})
    second = reader.read_on(append(session, text[9_000:], answer("msg_2")), first.after)
    assert not isinstance(second, UnreadableFile)
    assert (list(told(second)), second.after.bad_reasons) == (["msg_2"], {"too_long": 1})


def test_a_reading_ends_early_and_the_next_goes_on(session: Path) -> None:
    answers = [answer(f"msg_{number}") for number in range(50)]
    file = write(session, *answers)
    reader = TranscriptReader(LineBuffer(1_024), reading_responses=7, reading_bytes=10_000_000)
    readings = list(reader.readings(file, None))
    assert len(readings) > 5
    keys: list[str] = []
    for number, reading in enumerate(readings):
        assert not isinstance(reading, UnreadableFile)
        assert reading.is_complete is (number == len(readings) - 1)
        assert unchanged(file, reading.after) is reading.is_complete
        keys += told(reading)
    assert keys == [f"msg_{number}" for number in range(50)]


def test_a_reading_ends_after_many_bytes_too(session: Path) -> None:
    file = write(session, *[prompt("x" * 1_000)] * 50)
    readings = list(TranscriptReader(LineBuffer(1_024), reading_bytes=10_000).readings(file, None))
    last = readings[-1]
    assert not isinstance(last, UnreadableFile)
    assert (len(readings) > 3, last.after.user_messages) == (True, 50)


def test_a_cost_state_is_as_old_as_the_last_line_with_a_time(session: Path) -> None:
    state = {"type": "cost-state", "modelUsage": {"claude-opus-5": {"inputTokens": 7}}}
    late = "2026-01-01T12:00:30.000Z"
    first = read(
        write(
            session,
            answer(),
            tool_result("x" * 9_000, timestamp=late),
            prompt(timestamp="yesterday"),
            {"type": "mode"},
            state,
        )
    )
    assert [(each.number, each.at_ms) for each in first.cost_states] == [(1, NOON_MS + 30_000)]
    second = read(append(session, state), first.after)
    assert [(each.number, each.at_ms) for each in second.cost_states] == [(2, NOON_MS + 30_000)]


def test_the_better_title_wins_then_the_later(session: Path) -> None:
    summary = {"type": "summary", "summary": "Sum"}
    generated = [{"type": "ai-title", "aiTitle": title} for title in ("One", "Two")]
    own = {"type": "custom-title", "customTitle": "Mine"}
    first = read(write(session, generated[0], generated[1], summary))
    assert first.title == ("Two", 2)
    assert read(append(session, own, generated[0]), first.after).title == ("Mine", 3)
    assert read(append(session, answer()), read(found(session)).after).title is None


def test_a_flat_subagents_session_is_the_one_of_its_lines(project: Path) -> None:
    path = project / "agent-abc.jsonl"
    line = answer("msg_1", isSidechain=True)
    first = read(write(path, prompt(isSidechain=True), line))
    assert (first.after.session_id, told(first)["msg_1"].session_id) == (SESSION, SESSION)
    assert told(first)["msg_1"].agent_id == "abc"
    second = read(append(path, answer("msg_2", sessionId=OTHER)), first.after)
    assert second.after.session_id == SESSION


def test_a_person_is_asked_once_in_a_branch(project: Path) -> None:
    mark: dict[str, Any] = {"forkedFrom": {"sessionId": SESSION}}
    reading = read(
        write(
            project / f"{OTHER}.jsonl",
            prompt(**mark),
            answer(**mark),
            prompt(**mark),
            prompt(),
            tool_result(),
            answer("msg_2"),
        )
    )
    assert reading.after.user_messages == 1


def test_memory_does_not_grow_with_a_line(session: Path) -> None:
    buffer = LineBuffer(1_024, longest_line_bytes=65_536)
    file = write(session, prompt("x" * 200_000), answer())
    TranscriptReader(buffer).read_on(file, None)
    assert len(buffer.buffer) == 65_536
    TranscriptReader(buffer).read_on(write(session, answer()), None)
    assert len(buffer.buffer) == 1_024


def test_a_response_without_a_time_has_its_neighbours(session: Path) -> None:
    used = usage(1, 1)
    reading = read(write(session, answer(), answer("msg_2", used, timestamp=None)))
    assert told(reading)["msg_2"].at_ms == NOON_MS
