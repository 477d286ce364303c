"""Many transcripts are read by several processes, and by none when that is quicker."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.usage.ingest.transcripts import answer, append, prompt, read, write

from agent_console.usage.ingest import pool, reading_files
from agent_console.usage.ingest.pipe_messages import LENGTH_BYTES, encode
from agent_console.usage.ingest.read_jobs import ReadBatch, ReaderLostError, ReadJob
from agent_console.usage.ingest.reading_files import read_files
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.tables.file_reading import FileReading

MANY = 150


@pytest.fixture
def files(project: Path) -> list[TranscriptFile]:
    """Transcripts of a few sizes."""
    return [
        write(
            project / f"session-{number}.jsonl",
            *[answer(f"msg_{number}_{line}") for line in range(number)],
            prompt(),
        )
        for number in range(MANY)
    ]


@pytest.fixture
def processes_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start processes for the smallest file too."""
    monkeypatch.setattr(reading_files, "IN_PROCESS_BYTES", 0)


def by_path(batches: list[ReadBatch]) -> dict[str, list[FileReading]]:
    """All readings of each file, in the order in which they came."""
    readings: dict[str, list[FileReading]] = {}
    for batch in batches:
        assert batch.unreadable == []
        for reading in batch.readings:
            readings.setdefault(reading.after.path, []).append(reading)
    return readings


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    processes: list[subprocess.Popen[bytes]] = []
    start: Any = subprocess.Popen

    def start_and_remember(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        processes.append(start(*args, **options))
        return processes[-1]

    monkeypatch.setattr("subprocess.Popen", start_and_remember)
    return processes


@pytest.fixture
def held(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> list[subprocess.Popen[bytes]]:
    """The same, stopped before they are given anything."""
    start: Any = subprocess.Popen

    def start_and_stop(*args: Any, **options: Any) -> Any:
        process = start(*args, **options)
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        return process

    monkeypatch.setattr("subprocess.Popen", start_and_stop)
    return started


def is_told(batch: ReadBatch) -> bool:
    """Whether it is one at all, and does not only say that nothing has come for now."""
    return batch.jobs_done > 0


def running(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    """Those that have not ended."""
    return [process.pid for process in processes if process.poll() is None]


@pytest.mark.parametrize("workers", [1, 2, None])
@pytest.mark.usefixtures("processes_always")
def test_processes_read_what_one_would(
    files: list[TranscriptFile],
    started: list[subprocess.Popen[bytes]],
    workers: int | None,
) -> None:
    batches = list(read_files([ReadJob(file) for file in files], workers))
    readings = by_path(batches)
    assert sum(batch.jobs_done for batch in batches) == len(readings) == MANY
    assert sum(batch.bytes_read for batch in batches) == sum(file.size_bytes for file in files)
    for file in files:
        assert readings[file.path] == [read(file)]
    assert len(started) == workers or workers is None
    assert running(started) == []


@pytest.mark.usefixtures("processes_always")
def test_a_large_file_comes_in_parts_and_in_order(project: Path) -> None:
    large = write(project / "large.jsonl", *[answer(f"msg_{line}") for line in range(25_000)])
    small = write(project / "small.jsonl", answer())
    readings = by_path(list(read_files([ReadJob(small), ReadJob(large)])))
    parts = readings[large.path]
    assert [part.is_complete for part in parts] == [False, True]
    assert parts[1].before == parts[0].after
    assert sum(len(part.responses) for part in parts) == 25_000
    assert readings[small.path] == [read(small)]


def test_a_few_bytes_are_read_without_a_process(
    session: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    file = write(session, answer())
    batches = read_files([ReadJob(file)])
    batch = next(batches)
    assert (batch.readings, started) == ([read(file)], [])
    assert list(batches) == []


@pytest.mark.usefixtures("processes_always")
def test_processes_read_on(session: Path) -> None:
    known = read(write(session, answer("msg_1"))).after
    file = append(session, answer("msg_2"))
    (on,) = filter(is_told, read_files([ReadJob(file, known)]))
    assert on.readings == [read(file, known)]
    assert on.bytes_read == file.size_bytes - known.offset_bytes
    (anew,) = filter(is_told, read_files([ReadJob(file, known, from_start=True)]))
    assert anew.readings == [read(file, known, from_start=True)]
    assert anew.bytes_read == file.size_bytes


@pytest.mark.usefixtures("processes_always")
def test_a_file_that_cannot_be_read_stops_nothing(project: Path) -> None:
    gone = write(project / "gone.jsonl", answer())
    there = write(project / "there.jsonl", answer())
    Path(gone.path).unlink()
    (batch,) = filter(is_told, read_files([ReadJob(gone), ReadJob(there)]))
    assert batch.readings == [read(there)]
    assert batch.unreadable == [
        UnreadableFile(gone.path, "No such file or directory", is_gone=True)
    ]


@pytest.mark.usefixtures("processes_always")
def test_no_jobs_are_no_batches() -> None:
    assert list(read_files([])) == []


@pytest.mark.usefixtures("processes_always")
def test_who_stops_listening_ends_the_processes(
    files: list[TranscriptFile], started: list[subprocess.Popen[bytes]]
) -> None:
    batches = read_files([ReadJob(file) for file in files], 2)
    next(batches)
    assert len(running(started)) == 2
    batches.close()  # type: ignore[attr-defined]
    assert running(started) == []


@pytest.mark.usefixtures("processes_always")
def test_processes_leave_ctrl_c_to_who_started_them(
    files: list[TranscriptFile], started: list[subprocess.Popen[bytes]]
) -> None:
    batches = read_files([ReadJob(file) for file in files], 2)
    read_batches = [next(batches)]
    for process in started:  # of which one may only just have been started
        os.kill(process.pid, signal.SIGINT)
    read_batches += batches
    assert len(by_path(read_batches)) == MANY


@pytest.mark.usefixtures("processes_always")
def test_processes_give_way_to_others(
    files: list[TranscriptFile], started: list[subprocess.Popen[bytes]]
) -> None:
    batches = read_files([ReadJob(file) for file in files], 1)
    next(batches)
    assert os.getpriority(os.PRIO_PROCESS, started[0].pid) >= 5
    batches.close()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("processes_always")
def test_who_started_the_processes_reads_while_they_are_busy(
    files: list[TranscriptFile],
    held: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "_MESSAGE_JOBS", 10)
    monkeypatch.setattr(pool, "_JOBS_AHEAD", 2)
    jobs = [ReadJob(file) for file in files]

    batches = filter(is_told, read_files(jobs, 1))
    read_here = [next(batches) for _ in range(MANY // 10 - 2)]
    assert len(by_path(read_here)) == MANY - 20  # it has been given two portions
    os.kill(held[0].pid, signal.SIGCONT)
    assert len(by_path(read_here + list(batches))) == MANY


@pytest.mark.usefixtures("processes_always")
def test_a_process_gets_large_files_first_then_the_newest_and_the_oldest_are_read_here(
    files: list[TranscriptFile],
    held: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "_MESSAGE_JOBS", 1)
    monkeypatch.setattr(pool, "_JOBS_AHEAD", 3)
    monkeypatch.setattr(pool, "_LARGE_BYTES", files[-1].size_bytes)
    of_age = [replace(file, mtime_ns=age) for age, file in zip((3, 1, 4, 2), files, strict=False)]
    large = replace(files[-1], mtime_ns=0)

    batches = filter(is_told, read_files([ReadJob(file) for file in (*of_age, large)], 1))
    read_here = [next(batches), next(batches)]
    os.kill(held[0].pid, signal.SIGCONT)
    assert list(by_path([*read_here, *batches])) == [
        *(of_age[1].path, of_age[3].path),
        *(large.path, of_age[2].path, of_age[0].path),
    ]


@pytest.mark.usefixtures("processes_always")
def test_while_nothing_comes_there_is_time_to_take_what_came(
    files: list[TranscriptFile], held: list[subprocess.Popen[bytes]]
) -> None:
    batches = read_files([ReadJob(files[0])], 1)
    assert next(batches) == ReadBatch()
    os.kill(held[0].pid, signal.SIGCONT)
    assert len(by_path(list(batches))) == 1


def test_a_small_pipe_holds_one_message_beside_the_one_that_is_read(
    files: list[TranscriptFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [ReadJob(files[0])]
    monkeypatch.delattr("fcntl.F_SETPIPE_SZ")  # as on macOS
    monkeypatch.setattr(pool, "_UNTOLD_PIPE_BYTES", len(encode(jobs)) + LENGTH_BYTES)
    worker = pool._Worker()  # pyright: ignore[reportPrivateUsage]
    try:
        assert [worker.give(jobs, MANY) for _ in range(3)] == [True, True, False]
    finally:
        worker.stop()


@pytest.mark.usefixtures("processes_always")
def test_jobs_are_dealt_out_to_all_processes(
    files: list[TranscriptFile],
    started: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "_MESSAGE_JOBS", MANY // 2)
    monkeypatch.setattr(pool, "_MESSAGE_BYTES", 1 << 40)  # two messages in all, one for each
    assert len(by_path(list(read_files([ReadJob(file) for file in files], 2)))) == MANY
    assert len(started) == 2


def test_nothing_is_done_meanwhile_without_processes(session: Path) -> None:
    called: list[bool] = []
    list(read_files([ReadJob(write(session, answer()))], meanwhile=lambda: called.append(True)))
    assert called == []


@pytest.mark.usefixtures("processes_always")
def test_a_process_that_is_killed_is_told_when_the_others_are_done(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    started: list[subprocess.Popen[bytes]],
) -> None:
    monkeypatch.setattr(pool, "_MESSAGE_JOBS", 1)
    monkeypatch.setattr(pool, "_MESSAGE_BYTES", 1)
    monkeypatch.setattr(pool, "_JOBS_AHEAD", 2)
    files = [
        write(project / f"{number}.jsonl", *[answer(f"m{line}") for line in range(2_000)])
        for number in range(20)
    ]
    batches = read_files([ReadJob(file) for file in files], 2)
    done = [next(batches)]
    started[0].kill()
    with pytest.raises(ReaderLostError, match=r"\.jsonl.* run it again") as lost:
        done.extend(batches)
    assert lost.value.exit_code == 1
    assert 17 <= len(by_path(done)) < 20
    assert running(started) == []
