"""`agent-console ingest` and `reindex`: what they read, keep and say."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run

SESSION = "11111111-1111-4111-8111-111111111111"
PROJECT = "/home/user/shop"


def write_transcript(config_dir: Path, *message_ids: str, session: str = SESSION) -> Path:
    """A transcript with a response of 10 input and 100 output tokens for each id."""
    file = config_dir / "projects" / "-home-user-shop" / f"{session}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        {
            "type": "assistant",
            "timestamp": "2026-11-20T12:00:00.000Z",
            "sessionId": session,
            "cwd": PROJECT,
            "uuid": f"uuid-{message_id}",
            "message": {
                "id": message_id,
                "model": "claude-opus-5",
                "role": "assistant",
                "usage": {"input_tokens": 10, "output_tokens": 100},
            },
        }
        for message_id in message_ids
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


@pytest.fixture
def transcript(scratch_home: Path) -> Path:
    return write_transcript(scratch_home / ".claude", "msg_1", "msg_2")


def output_tokens(run: Run) -> int:
    tokens = run("usage", "--json", "--no-ingest").json["totals"]["outputTokens"]
    assert isinstance(tokens, int)
    return tokens


def test_what_is_new_is_read_once(run: Run, transcript: Path) -> None:
    assert run("ingest").out.startswith("Read 2 responses in 1 of 1 transcript (")
    assert run("ingest").out == "Nothing new in 1 transcript.\n"

    assert output_tokens(run) == 200


def test_several_config_dirs_are_read_and_all_counted(
    run: Run, transcript: Path, scratch_home: Path
) -> None:
    other = "22222222-1111-4111-8111-111111111111"
    write_transcript(scratch_home / "work", "msg_3", session=other)
    dirs = (
        "--config-dir",
        str(scratch_home / ".claude"),
        "--config-dir",
        str(scratch_home / "work"),
    )

    assert run("ingest", *dirs, "--json").json["files_read"] == 2
    assert output_tokens(run) == 300


@pytest.mark.parametrize("named", ["work/projects", "work/projects/", "work"])
@pytest.mark.parametrize("command", ["ingest", "reindex", "usage"])
def test_the_folder_of_transcripts_means_the_one_above_it(
    run: Run, scratch_home: Path, command: str, named: str
) -> None:
    write_transcript(scratch_home / "work", "msg_1")

    assert run(command, "--config-dir", f"{scratch_home}/{named}").code == 0

    assert output_tokens(run) == 100


def test_the_folder_of_transcripts_may_be_named_from_the_one_above_it(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_transcript(scratch_home / "work", "msg_1")
    monkeypatch.chdir(scratch_home / "work")

    assert run("ingest", "--config-dir", "projects").code == 0

    assert output_tokens(run) == 100


@pytest.mark.parametrize("command", ["ingest", "reindex"])
def test_a_folder_that_is_not_there_is_wrong_usage(run: Run, command: str) -> None:
    done = run(command, "--config-dir", "/nowhere/at/all")

    assert done.code == 2
    assert "/nowhere/at/all" in done.err


@pytest.mark.parametrize("days", ["soon", "0", "-3d"])
def test_a_number_of_days_that_is_none_is_wrong_usage(run: Run, days: str) -> None:
    done = run("ingest", f"--since={days}")

    assert done.code == 2
    assert "90d" in done.err


def test_reading_again_changes_nothing(run: Run, transcript: Path) -> None:
    run("ingest")

    assert run("reindex").out == "Read 1 transcript again.\nNothing changed.\n"
    assert run("reindex", "--project", PROJECT).out.startswith("Read 1 transcript again.")


def test_a_project_that_no_transcript_tells_of_is_said(run: Run, transcript: Path) -> None:
    run("ingest")
    transcript.unlink()
    done = run("reindex", "--project", "shop")

    assert (done.code, "Nothing changed." in done.out) == (0, True)
    assert "No transcript that is still there tells of shop." in done.err


@pytest.mark.usefixtures("transcript")
def test_a_project_that_is_empty_is_wrong_usage(run: Run) -> None:
    done = run("reindex", "--project", "")
    assert done.code == 2
    assert "it is empty: give it a value or leave it out" in done.err


@pytest.mark.parametrize("options", [(), ("--prune",), ("--prune", "--yes"), ("--json",)])
def test_a_project_that_is_none_exits_7_and_changes_nothing(
    run: Run, transcript: Path, options: tuple[str, ...]
) -> None:
    run("ingest")
    transcript.unlink()
    done = run("reindex", "--project", "/home/user/other", *options)

    assert (done.code, done.out) == (7, "")
    assert "No project matches '/home/user/other': `agent-console usage project`" in done.err
    assert output_tokens(run) == 200


@pytest.mark.parametrize("pattern", ["shop", "sh*", PROJECT, "/home/user"])
def test_a_project_may_be_a_name_a_glob_or_a_path(run: Run, transcript: Path, pattern: str) -> None:
    run("ingest")

    assert run("reindex", "--project", pattern).out.startswith("Read 1 transcript again.")
    transcript.unlink()
    asked = run("reindex", "--project", pattern, "--prune")
    assert "needs --yes. (Drop 2 responses" in asked.err
    assert run("reindex", "--project", pattern, "--prune", "--yes").code == 0
    assert output_tokens(run) == 0


def test_a_project_may_be_where_one_stands(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scratch_home)
    monkeypatch.setattr("tests.cli.test_ingest_command.PROJECT", str(scratch_home))
    write_transcript(scratch_home / ".claude", "msg_1")
    run("ingest")

    assert run("reindex", "--project", ".").out.startswith("Read 1 transcript again.")


def test_what_is_gone_stays_until_it_is_dropped(run: Run, transcript: Path) -> None:
    run("ingest")
    transcript.unlink()

    assert "Nothing changed." in run("reindex").out
    assert output_tokens(run) == 200
    done = run("reindex", "--prune", "--yes")
    assert "Dropped 2 responses of transcripts that are gone." in done.out
    assert output_tokens(run) == 0


def test_what_has_only_moved_is_not_dropped(run: Run, transcript: Path) -> None:
    run("ingest")
    transcript.parent.rename(transcript.parent.with_name("-home-user-other"))

    assert "Nothing changed." in run("reindex", "--prune").out
    assert output_tokens(run) == 200


def test_nothing_is_dropped_without_a_yes(run: Run, transcript: Path) -> None:
    run("ingest")
    transcript.unlink()

    done = run("reindex", "--prune")

    assert done.code == 2
    assert "needs --yes. (Drop 2 responses" in done.err
    assert output_tokens(run) == 200
