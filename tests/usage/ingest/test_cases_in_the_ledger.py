"""ACCOUNTING.md's table of cases: files on the disk, taken in, and what the rollups then say."""

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.usage.asking import query
from tests.usage.ingest.bringing import Tokens, bring, output_by_session, total
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, echo, text_of, usage

Line = dict[str, Any] | bytes
Files = dict[str, list[Line]]

MAIN = f"p/{SESSION}.jsonl"
SUB = f"p/{SESSION}/subagents/agent-abc.jsonl"
GROWING = [(3, None), (3, None), (500, "end_turn")]


def growing(**more: Any) -> list[Line]:
    return [answer(used=usage(10, n), stop_reason=stop, **more) for n, stop in GROWING]


def with_input(tool_input: dict[str, Any]) -> Line:
    line = answer()
    line["message"]["content"] = [{"type": "tool_use", "id": "toolu_1", "input": tool_input}]
    return line


def oddly_spelled() -> Line:
    line = answer(
        used=usage(speed=None),
        timestamp="2026-01-01T12:00:00.000999Z",
        version="dev-build",
        requestId=None,
    )
    return text_of(line).replace(b'"usage":{', b'"usage": {')


FORK: Files = {
    MAIN: [answer()],
    f"p/{OTHER}.jsonl": [
        answer(sessionId=OTHER, requestSessionId=SESSION),
        answer("msg_2", usage(10, 50), sessionId=OTHER),
    ],
}
REPLAYED: list[Line] = [answer(used=usage(10, 3), stop_reason=None), answer()]
BAD = text_of(answer("msg_2")).replace(b"Done.", b"Do\xff\xfene.")
ADVISOR = usage(
    2,
    8,
    iterations=[
        {"type": "message", "input_tokens": 2, "output_tokens": 8},
        {"type": "advisor_message", "model": "claude-fable-1"} | usage(3, 12),
    ],
)
COMPACTION = usage(23, 1_000, iterations=[{"type": "compaction"} | usage(180_000, 3_500)])
CACHE_ONLY = {"cache_creation_input_tokens": 500, "cache_read_input_tokens": 900}

CASES: dict[str, tuple[Files, Tokens]] = {
    "output grows 3, 3, 500 over three lines": ({MAIN: growing()}, (10, 500, 0, 0)),
    "the same without requestId": ({MAIN: growing(requestId=None)}, (10, 500, 0, 0)),
    "same id under two requestIds": (
        {MAIN: [answer(requestId="req_1"), answer(requestId="req_2")]},
        (10, 100, 0, 0),
    ),
    "fork copy of one message + one new": (FORK, (20, 150, 0, 0)),
    "/btw replay of a message that spans 2 lines": (
        {
            MAIN: REPLAYED,
            f"p/{SESSION}/subagents/agent-aside_question-1.jsonl": [
                json.loads(text_of(line)) | {"isSidechain": True} for line in REPLAYED
            ],
        },
        (10, 100, 0, 0),
    ),
    "stale echo (3) beside the subagent's line (500)": (
        {
            MAIN: [answer(), echo("msg_2", usage(10, 3))],
            SUB: [answer("msg_2", usage(10, 500), isSidechain=True, agentId="abc")],
        },
        (20, 600, 0, 0),
    ),
    "only the echo is left": ({MAIN: [answer(), echo("msg_2", usage(10, 3))]}, (20, 103, 0, 0)),
    'tool input holding {"id":null}': ({MAIN: [with_input({"id": None})]}, (10, 100, 0, 0)),
    'tool input holding {"model":null}': ({MAIN: [with_input({"model": None})]}, (10, 100, 0, 0)),
    "odd spelling": ({MAIN: [oddly_spelled()]}, (10, 100, 0, 0)),
    "bad lines among good lines": (
        {MAIN: [b"\xef\xbb\xbf", answer(), b"[]\n", b"123\n", BAD]},
        (20, 200, 0, 0),
    ),
    "cache-only usage": ({MAIN: [answer(used=CACHE_ONLY)]}, (0, 0, 500, 900)),
    "advisor iteration beside a normal one": ({MAIN: [answer(used=ADVISOR)]}, (5, 20, 0, 0)),
    "compaction iteration beside its response": (
        {MAIN: [answer(used=COMPACTION)]},
        (180_023, 4_500, 0, 0),
    ),
    "the session's own path sorts after its fork's": (
        {path.replace("p/", "a/" if OTHER in path else "z/"): told for path, told in FORK.items()},
        (20, 150, 0, 0),
    ),
}


def put(path: Path, lines: list[Line]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as opened:
        opened.write(text_of(*lines))


@pytest.mark.parametrize("case", CASES)
def test_files_read_at_once(database: Path, project: Path, case: str) -> None:
    files, truth = CASES[case]
    for path, lines in files.items():
        put(project.parent / path, lines)
    bring(database)
    assert total(database) == truth
    bring(database)
    assert total(database) == truth


@pytest.mark.parametrize("case", CASES)
def test_files_read_one_by_one_in_every_order(scratch_home: Path, project: Path, case: str) -> None:
    files, truth = CASES[case]
    for number, order in enumerate(permutations(files)):
        database = scratch_home / f"{number}.db"
        for path in files:
            (project.parent / path).unlink(missing_ok=True)
        for path in order:
            put(project.parent / path, files[path])
            bring(database)
        assert total(database) == truth


@pytest.mark.parametrize("case", CASES)
def test_files_read_line_by_line(database: Path, project: Path, case: str) -> None:
    files, truth = CASES[case]
    for path, lines in files.items():
        for line in lines:
            put(project.parent / path, [line])
            bring(database)
    assert total(database) == truth


def test_no_session_vanishes_and_none_is_made_up(database: Path, project: Path) -> None:
    files, _ = CASES["the session's own path sorts after its fork's"]
    for path, lines in files.items():
        put(project.parent / path, lines)
    bring(database)
    assert output_by_session(database) == {SESSION: 100, OTHER: 50}


def through_a_link(project: Path) -> None:
    (project.parent / "-linked").symlink_to(project)


def from_elsewhere(project: Path) -> None:
    real = project.parent.parent.parent / "elsewhere"
    project.rename(real)
    project.symlink_to(real)


def through_the_other_folder(project: Path) -> None:
    other = Path.home() / ".config/claude"
    other.parent.mkdir()
    other.symlink_to(project.parent.parent)


@pytest.mark.parametrize("link", [through_a_link, from_elsewhere, through_the_other_folder])
def test_symlinked_project_folder(
    database: Path, project: Path, link: Callable[[Path], None]
) -> None:
    put(project / f"{SESSION}.jsonl", [answer()])
    link(project)
    bring(database)
    assert total(database) == (10, 100, 0, 0)
    assert query(database, "SELECT count(*) FROM sources") == [(1,)]


def test_a_replay_in_a_line_read_later_belongs_to_the_main_line(
    database: Path, project: Path
) -> None:
    files, _ = CASES["/btw replay of a message that spans 2 lines"]
    for path in reversed(files):
        put(project.parent / path, files[path])
        bring(database)
    assert query(database, "SELECT is_subagent FROM messages JOIN facets USING (facet_no)") == [
        (0,)
    ]
