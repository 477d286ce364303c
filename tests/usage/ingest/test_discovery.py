"""Which transcripts are found, and whose they are."""

import os
from pathlib import Path
from typing import Any

import pytest
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, write

from agent_console.usage.ingest.discovery import Discovery, find_transcript, find_transcripts
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile


def owners(discovery: Discovery) -> dict[str, tuple[str, bool]]:
    """Session and whether it is a subagent's, by the file's name."""
    assert discovery.unreadable == []
    return {Path(file.path).name: (file.session_id, file.is_subagent) for file in discovery.files}


def test_every_layout_is_found(project: Path) -> None:
    subagents = project / SESSION / "subagents"
    for path in (
        project / f"{SESSION}.jsonl",
        subagents / "agent-a1.jsonl",
        subagents / "agent-acompact-2.jsonl",
        subagents / "agent-aside_question-3.jsonl",
        subagents / "workflows/wf_1/agent-a4.jsonl",
        subagents / "workflows/wf_1/journal.jsonl",
        project / "agent-flat.jsonl",
        project / SESSION / "tool-results/notes.txt",
        project / "sessions-index.json",
    ):
        write(path, answer())
    assert owners(find_transcripts()) == {
        f"{SESSION}.jsonl": (SESSION, False),
        "agent-a1.jsonl": (SESSION, True),
        "agent-acompact-2.jsonl": (SESSION, True),
        "agent-aside_question-3.jsonl": (SESSION, True),
        "agent-a4.jsonl": (SESSION, True),
        "journal.jsonl": (SESSION, True),
        "agent-flat.jsonl": ("", True),
    }


def test_a_path_by_name_is_told_as_the_walk_tells_it(project: Path) -> None:
    for path in (
        project / f"{SESSION}.jsonl",
        project / SESSION / "subagents/workflows/wf_1/agent-a4.jsonl",
        project / "agent-flat.jsonl",
    ):
        write(path, answer())
    files = find_transcripts().files
    assert len(files) == 3
    for file in files:
        assert find_transcript(file.path) == file


def test_both_default_config_dirs_are_searched(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(scratch_home / ".claude/projects/-a/one.jsonl", answer())
    write(scratch_home / ".config/claude/projects/-b/two.jsonl", answer())
    assert set(owners(find_transcripts())) == {"one.jsonl", "two.jsonl"}
    write(scratch_home / "xdg/claude/projects/-c/three.jsonl", answer())
    monkeypatch.setenv("XDG_CONFIG_HOME", str(scratch_home / "xdg"))
    assert set(owners(find_transcripts())) == {"one.jsonl", "three.jsonl"}


def test_named_config_dirs_are_searched_instead(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(scratch_home / ".claude/projects/-a/one.jsonl", answer())
    write(scratch_home / "work/projects/-b/two.jsonl", answer())
    write(scratch_home / "home/projects/-c/three.jsonl", answer())
    given = f"{scratch_home}/work, {scratch_home}/home/projects,{scratch_home}/none"
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", given)
    assert set(owners(find_transcripts())) == {"two.jsonl", "three.jsonl"}


def test_no_folder_is_nothing_found(scratch_home: Path) -> None:
    assert find_transcripts([scratch_home / "none"]) == Discovery([], [])


def test_a_linked_project_is_found_once_at_its_real_place(project: Path) -> None:
    file = write(project / f"{SESSION}.jsonl", answer())
    (project.parent / "-a-link").symlink_to(project)
    assert find_transcripts().files == [file]


def test_what_only_a_link_leads_to_is_found_by_its_real_path(
    project: Path, scratch_home: Path
) -> None:
    write(scratch_home / "elsewhere" / f"{SESSION}.jsonl", answer())
    write(scratch_home / "elsewhere" / SESSION / "subagents/agent-a1.jsonl", answer())
    (project.parent / "-linked").symlink_to(scratch_home / "elsewhere")
    write(scratch_home / "single.jsonl", answer())
    (project / f"{OTHER}.jsonl").symlink_to(scratch_home / "single.jsonl")
    discovery = find_transcripts()
    assert owners(discovery) == {
        f"{SESSION}.jsonl": (SESSION, False),
        "agent-a1.jsonl": (SESSION, True),
        "single.jsonl": (OTHER, False),
    }
    for file in discovery.files:
        assert file.path == os.path.realpath(file.path)
    linked = find_transcript(str(project.parent / "-linked" / f"{SESSION}.jsonl"))
    assert linked in discovery.files


def test_links_that_lead_back_end(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    scandir = os.scandir

    def scandir_and_remember(path: str) -> Any:
        looked_at.append(path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", scandir_and_remember)
    file = write(project / f"{SESSION}.jsonl", answer())
    (project / "up").symlink_to(project.parent)
    (project / "self").symlink_to(project / "self")
    (project / "nowhere").symlink_to(project / "none")
    assert find_transcripts().files == [file]
    assert len(looked_at) == len(set(looked_at)) == 3  # the other default config dir is one


def test_a_hard_link_is_the_same_file(project: Path) -> None:
    write(project / f"{SESSION}.jsonl", answer())
    os.link(project / f"{SESSION}.jsonl", project / f"{OTHER}.jsonl")
    assert len(find_transcripts().files) == 1


def test_two_config_dirs_that_are_one_are_searched_once(scratch_home: Path, project: Path) -> None:
    file = write(project / f"{SESSION}.jsonl", answer())
    (scratch_home / ".config").mkdir()
    (scratch_home / ".config/claude").symlink_to(scratch_home / ".claude")
    assert find_transcripts().files == [file]


def test_a_path_that_is_no_text_is_told_and_stops_nothing(project: Path) -> None:
    file = write(project / f"{SESSION}.jsonl", answer())
    bad = os.fsencode(project) + b"/\xff.jsonl"
    with open(bad, "wb") as opened:
        opened.write(b"{}\n")
    discovery = find_transcripts()
    assert discovery.files == [file]
    (failure,) = discovery.unreadable
    assert "UTF-8" in failure.reason
    assert failure.path.endswith("/\N{REPLACEMENT CHARACTER}.jsonl")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told_and_stops_nothing(project: Path) -> None:
    file = write(project / f"{SESSION}.jsonl", answer())
    closed = project.parent / "-closed"
    closed.mkdir(mode=0)
    discovery = find_transcripts()
    assert discovery.files == [file]
    assert discovery.unreadable == [UnreadableFile(str(closed), "Permission denied", is_gone=False)]
    closed.chmod(0o700)


def test_a_path_that_is_not_there_is_gone(project: Path) -> None:
    failure = find_transcript(str(project / "none.jsonl"))
    assert isinstance(failure, UnreadableFile)
    assert failure.is_gone


def test_a_path_with_a_nul_is_refused(project: Path) -> None:
    failure = find_transcript(f"{project}/\0.jsonl")
    assert isinstance(failure, UnreadableFile)
    assert not failure.is_gone


def test_what_a_file_was_is_told(session: Path) -> None:
    file = write(session, answer())
    stat = session.stat()
    assert isinstance(file, TranscriptFile)
    assert (file.size_bytes, file.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
    assert (file.inode, file.device) == (stat.st_ino, stat.st_dev)
