"""`segment`: what a status bar shows, once and as it changes, with a daemon and without."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import pytest
from tests.cli.conftest import Run
from tests.cli.live import SECONDS, Live, live, until_somebody_subscribes
from tests.client.real_daemon import real_daemon
from tests.hooks.answering import AnsweringDaemon
from tests.terminals.real_tmux import needs_tmux, tmux_server

from agent_console.cli.fast_segment import run_segment
from agent_console.cli.following_segment import SHORTEST_SECONDS
from agent_console.cli.main import main as full_command
from agent_console.cli.segment_text import FORMATS, segment
from agent_console.client.blocking import BlockingClient, connect
from agent_console.model.session import Status
from agent_console.paths import database_path
from agent_console.protocol.messages import ListSessions, SetSession, StatusLine, Upsert

SESSION_ID = "0f9e8d7c-1111-4222-8333-444455556666"
NOW = 1_800_000_000.0
STATUS = {"sessions": {"working": 3, "attention": 2, "question": 1, "closed": 9}}
SPENDING: dict[str, Any] = {
    "today_cost_usd": 1234.567,
    "limits": {
        "five_hour": {"used_percent": 91.4, "resets_at_ms": NOW * 1000 + 1},
        "seven_day": {"used_percent": 12, "resets_at_ms": None},
    },
}


def test_plain_is_who_waits_the_cost_of_today_and_the_limits() -> None:
    assert segment("plain", STATUS, SPENDING, NOW) == "1? 2! 3▸ $1,234.57 5h 91% 7d 12%"


def test_tmux_has_colours() -> None:
    assert segment("tmux", STATUS, SPENDING, NOW) == (
        "#[fg=magenta]1?#[default] #[fg=yellow]2!#[default] #[fg=green]3▸#[default] $1,234.57 "
        "5h #[fg=red]91%#[default] 7d #[fg=green]12%#[default]"
    )


def test_waybar_has_a_tooltip_and_the_most_urgent_status_as_its_class() -> None:
    assert json.loads(segment("waybar-json", STATUS, SPENDING, NOW)) == {
        "text": "1? 2! 3▸ $1,234.57",
        "tooltip": "1 ask you something\n2 wait for you\n3 work\n$1,234.57 today\n"
        "5h limit: 91% used\n7d limit: 12% used",
        "alt": "question",
        "class": "question",
        "percentage": 91,
    }


def test_a_limit_that_has_been_reset_since_is_not_shown() -> None:
    assert segment("plain", STATUS, SPENDING, NOW + 1).endswith("$1,234.57 7d 12%")


def test_a_board_on_which_nobody_waits_or_works() -> None:
    quiet = {"sessions": {"closed": 4, "working": 0}}

    assert segment("plain", quiet, {"today_cost_usd": 0.0}, NOW) == "- $0.00"
    assert json.loads(segment("waybar-json", quiet, None, NOW)) == {
        "text": "-",
        "tooltip": "No sessions.",
        "alt": "idle",
        "class": "idle",
    }


@pytest.mark.parametrize("spending", [None, {}, [], "x", {"today_cost_usd": None, "limits": 1}])
def test_what_the_ledger_does_not_say_is_left_out(spending: object) -> None:
    assert segment("plain", STATUS, spending, NOW) == "1? 2! 3▸"


def test_the_neutral_segment_of_every_format() -> None:
    assert segment("plain", None, None, NOW) == "-"
    assert segment("tmux", None, None, NOW) == "#[fg=brightblack]-#[default]"
    assert json.loads(segment("waybar-json", None, None, NOW))["class"] == "absent"


@pytest.fixture
def client(socket: str, daemon: int) -> Iterator[BlockingClient]:
    with connect(socket) as client:
        yield client


def put(client: BlockingClient, session_id: str, status: str) -> None:
    client.request(SetSession(session_id=session_id, status=Status(status)))


def limits(used: float) -> StatusLine:
    event = {"session_id": "s", "rate_limits": {"five_hour": {"used_percentage": used}}}
    return StatusLine(event=msgspec.Raw(msgspec.json.encode(event)))


def test_it_is_what_the_daemon_knows(run: Run, client: BlockingClient) -> None:
    put(client, "a", "question")
    put(client, SESSION_ID, "working")
    client.request(Upsert(session_id=SESSION_ID, cost_usd=1.5, input_tokens=1))
    client.request(limits(61))

    done = run("segment")

    assert (done.code, done.out, done.err) == (0, "1? 1▸ $1.50 5h 61%\n", "")


def test_today_is_left_out_while_the_ledger_cannot_be_used(run: Run, socket: str) -> None:
    database_path().parent.mkdir(parents=True, mode=0o700)
    database_path().write_bytes(b"this is no database, and long enough to be looked at" * 100)
    with real_daemon(socket):
        assert run("segment").out == "-\n"
        assert run("segment", "--format", "waybar-json").json["tooltip"] == "No sessions."


def test_asking_makes_no_session(run: Run, client: BlockingClient) -> None:
    for form in FORMATS:
        assert run("segment", "--format", form).code == 0

    assert client.request(ListSessions()) == ()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("lies_there", [False, True])
def test_without_a_daemon_it_is_neutral_exits_4_and_starts_none(
    run: Run, socket: str, form: str, lies_there: bool
) -> None:
    if lies_there:
        Path(socket).write_text("a file")
    before = sorted(Path(socket).parent.iterdir())

    done = run("segment", "--format", form)

    assert (done.code, done.err) == (4, "")
    assert done.out == segment(form, None, None, NOW) + "\n"
    assert sorted(Path(socket).parent.iterdir()) == before


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\n",
        b"[]\n[]\n",
        b'{"ok":true,"data":{"sessions":\n',
        b'{"ok":false,"error":{"code":"internal"}}\n' * 2,
        b"\xff\n" * 2,
        b"[" * 100_000 + b"\n",
    ],
)
def test_whatever_else_answers_is_no_daemon(run: Run, socket: str, answer: bytes) -> None:
    daemon = AnsweringDaemon(Path(socket))
    daemon.answer = answer
    try:
        done = run("segment")
    finally:
        daemon.close()

    assert (done.code, done.out, done.err) == (4, "-\n", "")


@pytest.mark.parametrize(
    "arguments",
    [[], ["--format", "tmux"], ["--format=waybar-json"], ["--format", "plain", "--socket", "S"]],
)
def test_the_short_way_prints_what_the_full_command_prints(
    client: BlockingClient, socket: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    put(client, "a", "attention")
    given = [socket if word == "S" else word for word in arguments]

    assert run_segment(given) == 0
    short = capsys.readouterr().out
    assert full_command(["segment", *given]) == 0
    assert capsys.readouterr().out == short


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--format", "x"], ["--format"], ["--follow"], ["x"], ["--socket="]]
)
def test_what_is_not_plain_is_left_to_the_full_command(
    socket: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_segment(arguments) is None
    assert capsys.readouterr().out == ""


def test_a_socket_path_that_is_too_long_is_wrong_usage(run: Run) -> None:
    done = run("segment", "--socket", "/tmp/" + "x" * 200)

    assert (done.code, done.out) == (2, "")
    assert "Unix socket" in done.err


def test_it_loads_nothing_that_takes_time() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\n"
        "from agent_console.__main__ import main\nmain(['segment'])\n"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}\n"
        "print(sorted(new & {'json', 're', 'typing', 'click', 'msgspec', 'socket', 'anyio'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "-\n[]\n"


def test_followed_it_prints_a_line_at_each_change(client: BlockingClient) -> None:
    with live("segment", "--follow") as bar:
        assert bar.line() == "- $0.00"
        put(client, "a", "working")
        assert bar.line() == "1▸ $0.00"
        put(client, "a", "question")
        assert bar.line() == "1? $0.00"
        bar.interrupt()
        assert bar.end() == (0, "", "")


def test_followed_it_prints_at_most_four_lines_a_second_and_ends_with_the_last(
    client: BlockingClient,
) -> None:
    with live("segment", "--follow") as bar:
        assert bar.line() == "- $0.00"
        until_somebody_subscribes(client)
        began, number = monotonic(), 0
        while monotonic() - began < 1.5:
            number += 1
            put(client, f"s{number}", "working")
        lines = [bar.line()]
        while lines[-1] != f"{number}▸ $0.00":
            lines.append(bar.line())
        took = monotonic() - began

    assert len(lines) <= took / SHORTEST_SECONDS + 2


def test_followed_it_waits_for_a_daemon_and_outlives_it(socket: str) -> None:
    bar = Live("segment", "--follow", "--format", "waybar-json")

    def status() -> str:
        told: str = json.loads(bar.out.readline())["class"]
        return told

    assert status() == "absent"
    for _ in range(2):
        with real_daemon(socket), connect(socket) as client:
            assert status() == "idle"
            put(client, "a", "attention")
            assert status() == "attention"
        assert status() == "absent"
    bar.interrupt()
    assert bar.end()[0] == 0


def test_followed_it_ends_quietly_when_nobody_reads_it(client: BlockingClient) -> None:
    with live("segment", "--follow") as bar:
        until_somebody_subscribes(client)
        bar.out.close()
        bar.process.stdout = None
        put(client, "a", "working")

        assert bar.process.wait(SECONDS) == 141
        assert bar.err.read() == ""


@needs_tmux
def test_tmux_shows_every_sign_as_it_is_meant(scratch_home: Path) -> None:
    """Styles are styles, and a percent sign is none of the clock's."""
    (scratch_home / "segment").write_text(segment("tmux", STATUS, SPENDING, NOW))
    with tmux_server(scratch_home) as server:
        server.tmux("set-option", "-g", "status-right-length", "60")
        server.tmux("set-option", "-g", "status-right", f"<#(cat {scratch_home}/segment)>")
        terminal = server.attach("one")

        terminal.wait_for_text("<1? 2! 3▸ $1,234.57 5h 91% 7d 12%>")


@pytest.mark.parametrize(
    "words",
    [("segment", "--follow"), ("monitor", "--json"), ("watch",)],
    ids=lambda words: words[0],
)
def test_what_goes_on_notices_that_nobody_reads_it_though_nothing_is_told(
    client: BlockingClient, words: tuple[str, ...]
) -> None:
    put(client, "a", "working")
    with live(*words) as command:
        assert command.line()
        until_somebody_subscribes(client)
        command.out.close()
        command.process.stdout = None

        assert command.process.wait(SECONDS) == 141
        assert command.err.read() == ""
