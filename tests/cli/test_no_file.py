"""`-o` with what is no file: a pipe, or an open stream under one of its names."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.usage_ledger import MESSAGES, small_ledger

MODELS = ("usage", "export", "--fields", "model", "-o")
CSV_REPORT = ("report", "--format", "csv", "-o")


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path) -> None:
    small_ledger(scratch_home).connection.close()


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.fixture
def reader(fifo: Path) -> Iterator[int]:
    """Reads what is written into the pipe."""
    descriptor = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    yield descriptor
    os.close(descriptor)


def started(*words: str, stdout: int) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "agent_console", *words]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False)


@pytest.mark.parametrize(
    ("words", "heading"), [(MODELS, b"model\r\n"), (CSV_REPORT, b"date,project,model,")]
)
def test_a_named_pipe_is_written_into(
    run: Run, fifo: Path, reader: int, words: tuple[str, ...], heading: bytes
) -> None:
    done = run(*words, str(fifo))

    assert (done.code, done.err) == (0, f"Wrote {fifo}.\n")
    assert os.read(reader, 65_536).startswith(heading)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_link_to_a_pipe_is_written_into(
    run: Run, fifo: Path, reader: int, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(fifo)

    assert run(*MODELS, str(link)).code == 0

    assert os.read(reader, 65_536).startswith(b"model\r\n")
    assert link.is_symlink()


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_stdout_has_a_name(name: str) -> None:
    done = started(*MODELS, name, stdout=subprocess.PIPE)

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(MESSAGES) + 1


def test_stdout_goes_on_where_the_shell_has_it(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"before\n")

    with path.open("ab") as stdout:
        assert started(*MODELS, "/dev/stdout", stdout=stdout.fileno()).returncode == 0

    assert path.read_bytes().startswith(b"before\nmodel\r\n")


@pytest.mark.parametrize("words", [MODELS, CSV_REPORT])
def test_a_reader_that_has_gone_ends_it_quietly(words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)

    done = started(*words, "/dev/stdout", stdout=write)

    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_what_cannot_be_opened_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")

        done = run(*MODELS, "s")

    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "s cannot be written: No such device or address." in done.err
    assert stat.S_ISSOCK(Path("s").stat().st_mode)
