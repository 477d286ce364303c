"""What reaches stdout: terminals, pipes, readers that go away, encodings."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text
from tests.client.real_daemon import real_daemon

from agent_console.cli import output
from agent_console.cli.main import main
from agent_console.cli.output import OutputClosedError, refuse_closed_output

DRAW = """
from rich.table import Table
from agent_console.cli.output import emit
table = Table()
table.add_column("a", style="red")
table.add_row("[b]x[/b] " + "y" * 150)
emit(table, wide={wide})
"""


def run(code: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=environment
    )


def test_a_text_is_written_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit("[bold]x[/bold] :smile: " + "y" * 300)

    assert capsys.readouterr().out == "[bold]x[/bold] :smile: " + "y" * 300 + "\n"


def test_drawings_in_a_pipe_have_no_colours_and_markup_is_text() -> None:
    drawn = run(DRAW.format(wide=False)).stdout.decode()

    assert "\x1b" not in drawn
    assert "[b]x[/b]" in drawn
    assert max(map(len, drawn.splitlines())) == output.PIPED_WIDTH


def test_a_wide_drawing_in_a_pipe_is_not_cut() -> None:
    assert "y" * 150 in run(DRAW.format(wide=True)).stdout.decode()


def test_drawings_in_a_pipe_have_no_blanks_at_the_end_of_a_line() -> None:
    code = (
        "from rich.table import Table\n"
        "from agent_console.cli.output import emit\n"
        "table = Table(box=None)\n"
        "table.add_row('a')\n"
        "table.add_row('wider')\n"
        "emit(table)"
    )

    assert all(line == line.rstrip() for line in run(code).stdout.decode().splitlines())


def test_columns_are_obeyed() -> None:
    drawn = run(DRAW.format(wide=False), COLUMNS="60").stdout.decode()

    assert max(map(len, drawn.splitlines())) == 60


def test_columns_cut_no_wide_drawing_in_a_pipe() -> None:
    assert "y" * 150 in run(DRAW.format(wide=True), COLUMNS="60").stdout.decode()


def test_an_ascii_output_gets_ascii_lines() -> None:
    drawn = run(DRAW.format(wide=False), PYTHONIOENCODING="ascii").stdout

    assert drawn.isascii()
    assert b"+---" in drawn
    assert b"\\u" not in drawn


def test_what_an_encoding_lacks_is_escaped_not_fatal() -> None:
    code = "from agent_console.cli.output import emit, narrate; emit('→ ✓'); narrate('\\udcff')"

    done = run(code, PYTHONIOENCODING="latin-1")

    assert done.stdout == b"> \\u2713\n"
    assert done.stderr == b"\\udcff\n"


def test_json_is_one_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit_json({"a": [1, {"b": None}]})

    assert capsys.readouterr().out == '{"a":[1,{"b":null}]}\n'


@pytest.mark.parametrize("parts", [[], [[1]], [[1, 2], ["x]"], [None]]])
@pytest.mark.parametrize("terminal", [False, True])
def test_an_array_in_parts_is_the_whole_array(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    parts: list[list[int | str | None]],
    terminal: bool,
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)

    output.emit_json([member for part in parts for member in part])
    whole = capsys.readouterr().out
    output.emit_json_array(parts)

    assert capsys.readouterr().out == whole


def test_json_is_indented_on_a_terminal_except_in_a_stream(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    output.emit_json({"a": 1})
    output.emit_json({"a": 1}, line=True)

    assert capsys.readouterr().out == '{\n  "a": 1\n}\n{"a":1}\n'


def test_colours_on_a_terminal_and_none_with_no_color(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")

    monkeypatch.delenv("NO_COLOR", raising=False)
    output.emit(Text("x", style="red"))
    coloured = capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    output.emit(Text("x", style="red"))

    assert coloured == "\x1b[31mx\x1b[0m\n"
    assert capsys.readouterr().out == "x\n"


def test_a_dumb_terminal_is_as_wide_as_it_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "120")

    output.emit(Text("x " * 50))

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    code = (
        "import sys\n"
        "from agent_console.cli import output\n"
        "try:\n"
        "    for _ in range(100000): output.emit('y' * 100)\n"
        "except output.OutputClosedError as error:\n"
        "    sys.exit(error.exit_code)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.readline()
    writer.stdout.close()

    assert writer.wait(30) == 141
    assert writer.stderr.read() == b""
    writer.stderr.close()


@pytest.mark.usefixtures("scratch_home")
@pytest.mark.parametrize("words", ["--help", "usage --help", "--version", "usage"])
def test_whatever_is_written_into_a_closed_pipe_ends_with_141(words: str) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "agent_console", *words.split()]
    try:
        done = subprocess.run(
            command, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
        )
    finally:
        os.close(write)
    assert done.returncode == 141
    assert b"Error" not in done.stderr


@pytest.mark.parametrize(("closed", "code"), [("2>&-", 0), (">&-", 141)])
def test_a_command_that_was_started_without_a_stream_does_not_break(closed: str, code: int) -> None:
    python = (
        "import sys\n"
        "from agent_console.cli import output\n"
        "try:\n"
        "    output.narrate('to the person')\n"
        "    output.emit('data')\n"
        "except output.OutputClosedError as error:\n"
        "    sys.exit(error.exit_code)\n"
    )
    shell = ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, python]

    done = subprocess.run(shell, capture_output=True, check=False)

    assert done.returncode == code
    assert (done.stdout or done.stderr) == (b"to the person\n" if code else b"data\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("db check", 8),
        ("db query SELECT(1)", 8),
        ("pricing set claude-opus-5 --input 1", 8),
        ("uninstall --purge --yes", 1),
        ("doctor", 1),
    ],
)
def test_a_folder_that_is_out_of_reach_is_one_sentence(
    scratch_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    words: str,
    code: int,
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(scratch_home / ("x" * 300)))  # as one of root's

    assert main(words.split()) == code

    captured = capfd.readouterr()
    assert "File name too long" in captured.out + captured.err
    assert "Traceback" not in captured.err
    assert "Report it" not in captured.out


def test_an_empty_board_is_shown_whatever_was_installed_where_nobody_may_look(
    scratch_home: Path,
    daemon: int,
    socket: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del daemon
    monkeypatch.setenv("XDG_DATA_HOME", str(scratch_home / ("x" * 300)))

    assert main(["list", "--socket", socket]) == 0
    assert "No sessions." in capsys.readouterr().err


@pytest.mark.usefixtures("scratch_home")
@pytest.mark.parametrize(
    "words",
    ["--version", "usage --help", "usage", "pricing --all", "overview", "forecast", "doctor",
     "cache", "config show", "report", "metrics", "anomalies", "install --dry-run"],
)  # fmt: skip
@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
def test_a_command_without_stdout_ends_as_with_one_that_nobody_reads(
    words: str, closed: str
) -> None:
    shell = ["sh", "-c", f'exec "$0" -m agent_console {words} {closed}', sys.executable]

    # Named, for without it there may be $LINES of readline's.
    environment = dict(os.environ)
    done = subprocess.run(shell, stderr=subprocess.PIPE, env=environment, timeout=60, check=False)

    assert done.returncode == 141
    assert b"Traceback" not in done.stderr


def test_a_file_never_gets_the_number_of_a_stdout_that_is_closed(tmp_path: Path) -> None:
    python = (
        "import sys\n"
        "from agent_console.__main__ import main\n"
        "sys.argv = ['agent-console', 'db', 'path', '--nonsense']\n"
        "main()\n"
        "print(open(sys.executable).fileno(), file=sys.stderr)\n"
    )
    shell = ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, python]

    done = subprocess.run(shell, stderr=subprocess.PIPE, cwd=tmp_path, timeout=60, check=False)

    assert int(done.stderr.splitlines()[-1]) > 2


def test_a_pipe_without_columns_has_ours() -> None:
    code = "from agent_console.cli.output import columns; print(columns(), columns(wide=True))"

    assert run(code).stdout == b"100 2000\n"


FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")


@FULL
@pytest.mark.parametrize(
    "words", ["list", "list --json", "status", "dump", "get s1", "config show", "doctor"]
)
def test_a_full_disk_is_one_sentence(socket: str, words: str) -> None:
    with real_daemon(socket):
        command("set s1 working")
        assert into_a_full_disk(words) == (1, NO_SPACE)


@FULL
@pytest.mark.parametrize("words", ["--help", "list --help", "--version", "config show"])
def test_a_full_disk_is_one_sentence_without_a_daemon_too(words: str) -> None:
    assert into_a_full_disk(words) == (1, NO_SPACE)


NO_SPACE = "agent-console: The output cannot be written: No space left on device.\n"


def command(words: str, **streams: Any) -> "subprocess.CompletedProcess[str]":
    python = [sys.executable, "-m", "agent_console", *words.split()]
    return subprocess.run(python, text=True, check=False, **streams)


def into_a_full_disk(words: str) -> tuple[int, str]:
    """The exit code of a command, and what it says."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = command(words, stdout=full, stderr=subprocess.PIPE)
    return done.returncode, done.stderr


def test_an_output_that_somebody_reads_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_closed_output()
    reading, writing = os.pipe()
    with open(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        refuse_closed_output()
        os.close(reading)
        with pytest.raises(OutputClosedError):
            refuse_closed_output()


def test_too_many_open_files_are_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TOO_FEW_FILES, "overview", "--all"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "agent-console: Too many open files: allow more (ulimit -n).\n"


TOO_FEW_FILES = """
import resource, sys
from agent_console.__main__ import main
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
sys.exit(main(sys.argv[1:]))
"""
