"""set get list seen rm reopen upsert meta dump: what they do, print and exit with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from agent_console.paths import data_dir

pytestmark = pytest.mark.usefixtures("daemon")

UUID = "0f9e8d7c-1111-4222-8333-444455556666"


def test_set_is_silent_and_get_shows_what_was_set(run: Run) -> None:
    done = run(
        "set", "s1", "attention", "--label", "mine", "--priority", "3", "--note", "a [b]note[/b]"
    )
    assert (done.code, done.out, done.err) == (0, "", "")

    shown = run("get", "s1").out
    for text in ("attention", "mine", "3", "a [b]note[/b]", "s1"):
        assert text in shown


def test_every_option_of_set_arrives(run: Run, scratch_home: Path) -> None:
    done = run(
        "set",
        "s1",
        "question",
        f"--working-dir={scratch_home}",
        "--label=l",
        "--priority=-2",
        "--note=n",
        "--reason=plan",
        "--agent-type=custom",
        "--json",
    )

    expected = {
        "session_id": "s1",
        "status": "question",
        "working_dir": str(scratch_home),
        "label": "l",
        "priority": -2,
        "note": "n",
        "reason": "plan",
        "agent_type": "custom",
    }
    assert done.json | expected == done.json


def test_a_relative_folder_is_meant_from_here(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scratch_home)

    for form in (("--json",), ()):
        run("set", "s1", "working", "--working-dir", ".", *form)
        assert run("get", "s1", "--json").json["working_dir"] == os.path.realpath(scratch_home)


@pytest.mark.parametrize("form", [("--json",), ()])
def test_labelling_leaves_the_status_alone_and_an_empty_text_clears(
    run: Run, form: tuple[str, ...]
) -> None:
    run("set", "s1", "working", "--label", "first", "--priority", "5")

    assert run("set", "s1", "--note", "new", *form).code == 0
    assert run("set", "s1", "--label", "", *form).code == 0
    assert run("set", "s1", "--priority", "", *form).code == 0

    session = run("get", "s1", "--json").json
    assert (session["status"], session["label"], session["note"]) == ("working", None, "new")
    assert session["priority"] == 0


def test_wrong_values_are_refused_and_change_nothing(run: Run) -> None:
    assert run("set", "s1", "sleeping").code == 2
    assert run("set", "s1", "working", "--priority", "x").code == 2
    done = run("set", "s1", "working", "--label", "x" * 201)
    assert done.code == 7
    assert done.err.startswith("agent-console: ")
    assert run("set", "never-seen", "--label", "x").code in {5, 7}
    assert run("list", "--json").json == []


def test_list_shows_the_most_urgent_first_and_filters(run: Run) -> None:
    for session_id, status in (("w", "working"), ("c", "closed"), ("q", "question")):
        run("set", session_id, status)

    def ids(*options: str) -> list[str]:
        return [session["session_id"] for session in run("list", "--json", *options).json]

    assert ids() == ["q", "w", "c"]
    assert ids("--no-closed") == ["q", "w"]
    assert ids("--status", "closed") == ["c"]
    lines = run("list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["STATUS", "question", "working", "closed"]


def test_an_empty_board_says_what_to_do_on_stderr(run: Run) -> None:
    done = run("list")

    assert (done.code, done.out) == (0, "")
    assert "agent-console install" in done.err


def test_an_id_may_be_begun_where_it_is_unambiguous(run: Run) -> None:
    run("set", UUID, "working")
    run("set", "0f9e-other", "working")
    run("set", "0f9e", "closed")

    assert run("get", "0f9e8", "--json").json["session_id"] == UUID
    assert run("get", "0f9e", "--json").json["session_id"] == "0f9e"
    ambiguous = run("get", "0f")
    assert ambiguous.code == 7
    assert UUID in ambiguous.err
    assert run("seen", "0f9e8").code == 0
    assert run("get", UUID, "--json").json["seen"] is True


def test_what_nobody_knows_exits_5(run: Run) -> None:
    for command in ("get", "seen", "rm", "reopen"):
        done = run(command, "nobody")
        assert (command, done.code) == (command, 5)
        assert "nobody" in done.err
    assert run("meta", UUID).code == 5
    unknown = run("get", "nobody", "--json")
    assert (unknown.code, unknown.json) == (5, None)


def test_rm_takes_it_off_the_board(run: Run) -> None:
    run("set", "s1", "working")

    assert run("rm", "s1", "--json").json == {"removed": True}
    assert run("list", "--json").json == []


def test_reopen_is_for_closed_sessions_only(run: Run) -> None:
    run("set", "s1", "closed")

    assert run("reopen", "s1", "--json").json["status"] == "attention"
    assert run("reopen", "s1").code == 6


def test_upsert_is_silent_and_adds_to_what_meta_shows(run: Run) -> None:
    run("set", UUID, "working")
    for _ in range(2):
        done = run(
            "upsert",
            UUID,
            "--input-tokens=12000",
            "--output-tokens=8200",
            "--cache-creation-tokens=3",
            "--cache-read-tokens=4",
            "--cost-usd=0.42",
            "--model=claude-opus-4-5",
            "--duration-ms=1500",
            "--turns=2",
        )
        assert (done.code, done.out, done.err) == (0, "", "")

    totals = run("meta", UUID, "--json").json
    expected = {
        "total_input_tokens": 24000,
        "total_output_tokens": 16400,
        "total_cache_creation_tokens": 6,
        "total_cache_read_tokens": 8,
        "total_cost_usd": 0.84,
        "model": "claude-opus-4-5",
        "total_duration_ms": 3000,
        "turns_used": 4,
    }
    assert totals | expected == totals
    shown = run("meta", UUID).out
    assert "24,000" in shown
    assert "$0.84" in shown


def test_the_same_message_counts_once(run: Run) -> None:
    run("set", UUID, "working")
    for _ in range(2):
        run("upsert", UUID, "--input-tokens=10", "--message-id=m1", "--extra")

    assert run("meta", UUID, "--json").json["total_input_tokens"] == 10


def test_a_ledger_that_cannot_be_used_ends_commands_with_its_own_exit_code(run: Run) -> None:
    run("set", UUID, "working")
    data_dir().rename(data_dir().with_name("moved"))
    data_dir().write_text("in the way", encoding="utf-8")

    for command in (["upsert", UUID, "--turns=1"], ["meta", UUID], ["usage"]):
        done = run(*command)
        assert (done.code, done.out) == (8, "")
        assert str(data_dir()) in done.err


def test_upsert_refuses_what_cannot_be(run: Run) -> None:
    assert run("upsert", UUID, "--input-tokens=1").code == 5
    assert run("upsert", "no-uuid", "--input-tokens=1").code == 7
    run("set", UUID, "working")
    assert run("upsert", UUID, "--input-tokens=-1").code == 7
    for number in ("nan", "inf", "-inf"):
        done = run("upsert", UUID, f"--cost-usd={number}")
        assert (done.code, done.err) == (
            7,
            "agent-console: --cost-usd: expected a finite number.\n",
        )
    assert run("meta", UUID, "--json").json["total_input_tokens"] == 0


def test_dump_is_the_whole_state(run: Run) -> None:
    run("set", "s1", "working")
    run("set", "s1", "attention")

    dump = run("dump").json

    assert dump["sessions"][0]["session_id"] == "s1"
    assert [step["to"] for step in dump["sessions"][0]["history"]] == ["attention"]


def test_arguments_that_are_no_unicode_are_refused_in_one_sentence(socket: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent_console", "get", b"\xff" * 40],
        capture_output=True,
        check=False,
    )

    assert done.returncode == 7
    assert done.stderr.startswith(b"agent-console: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("command", ["list", "get s1", "status", "dump", "meta " + UUID])
def test_questions_import_no_event_loop(socket: str, command: str) -> None:
    code = (
        "import sys\n"
        "from agent_console.__main__ import main\n"
        "main(sys.argv[1:])\n"
        "heavy = {'anyio', 'asyncio', 'trio', 'subprocess', 'sqlite3', 'logging', 'tomllib'}\n"
        "heavy |= {'agent_console.daemon', 'agent_console.usage', 'agent_console.config'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split(), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr.splitlines()[-1] == "[]"


# ---- refusals in the words of the command line -----------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["set", "new"], 5, "Session not found: new. Give a STATUS to create it."),
        (["set", "", "working"], 7, "ID: expected a text that is not empty."),
        (["set", "a\nb", "working"], 7, "Expected printable characters in ID."),
        (
            ["set", "s1", "working", "--label", "x" * 201],
            7,
            "--label: expected a text of at most 200 characters.",
        ),
        (
            ["set", "s1", "working", "--priority", "1000001"],
            7,
            "--priority: expected a whole number, 1000000 or less.",
        ),
        (["upsert", "abc"], 7, "ID: expected a UUID."),
        (["upsert", UUID, "--cost-usd=-1"], 7, "--cost-usd: expected a number, 0 or more."),
        (
            ["upsert", UUID, "--input-tokens=-1"],
            7,
            "--input-tokens: expected a whole number, 0 or more.",
        ),
        (["meta", "abc"], 7, "ID: expected a UUID."),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else None,
)
def test_a_refusal_names_what_was_typed(run: Run, words: list[str], code: int, said: str) -> None:
    done = run(*words)

    assert (done.code, done.err) == (code, f"agent-console: {said}\n")


def test_stop_names_its_option_while_sessions_work(run: Run) -> None:
    run("set", "s1", "working")

    assert run("stop").err == (
        "agent-console: 1 session is working: give --force to stop all the same.\n"
    )


# ---- ids that are cut short --------------------------------------------------------------------


def test_set_makes_no_session_of_the_beginning_of_an_id(run: Run) -> None:
    run("set", UUID, "working")

    done = run("set", UUID[:8], "closed")

    assert done.code == 7
    assert f"did you mean {UUID}?" in done.err
    assert [s["session_id"] for s in run("list", "--json").json] == [UUID]


@pytest.mark.parametrize("session_id", ["1234", "beef", "build-4", "0f9"])
def test_any_other_new_id_makes_a_session(run: Run, session_id: str) -> None:
    run("set", UUID, "working")
    run("set", "build-42", "working")

    assert run("set", session_id, "closed").code == 0
    assert run("get", session_id, "--json").json["session_id"] == session_id


def test_an_id_that_is_known_means_itself_also_where_a_longer_one_begins_like_it(
    run: Run,
) -> None:
    run("set", UUID[:8], "working")
    run("set", UUID, "working")

    assert run("set", UUID[:8], "closed").code == 0
    assert run("get", UUID, "--json").json["status"] == "working"


# ---- an empty board -----------------------------------------------------------------------------


def test_an_empty_board_says_how_sessions_come_to_it(run: Run, scratch_home: Path) -> None:
    assert "`agent-console install`" in run("list").err

    (scratch_home / ".claude").mkdir()
    run("install")

    said = run("list").err
    assert "install`" not in said
    assert "`agent-console doctor`" in said


def test_a_filter_that_leaves_nothing_is_told_as_that(run: Run) -> None:
    run("set", "s1", "closed")

    assert run("list", "--status", "working").err == "No session with status working.\n"
    assert run("list", "--no-closed").err == "No sessions, or only closed ones.\n"
