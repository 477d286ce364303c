"""Who said what in a transcript, and where it stands."""

from pathlib import Path

import pytest
from tests.usage.ingest.transcripts import OTHER, answer, prompt, text_of, tool_result, write

from agent_console.claude_code.conversation import spoken


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def test_each_message_has_its_place(path: Path) -> None:
    write(path, prompt("Mend it."), answer("msg_1"))
    text = path.read_bytes()

    lines = [text[each.start_bytes :][: each.size_bytes] for each in spoken(path)]

    assert lines == [text_of(prompt("Mend it.")), text_of(answer("msg_1"))]


def test_reading_goes_on_where_it_ended(path: Path) -> None:
    write(path, prompt("Mend it."))
    (first,) = spoken(path)
    write(path, prompt("Mend it."), answer("msg_1"))

    (second,) = spoken(path, first.start_bytes + first.size_bytes)

    assert (second.message_id, second.start_bytes) == ("msg_1", first.size_bytes)


def test_a_line_without_its_end_is_not_read_yet(path: Path) -> None:
    write(path, prompt("Mend it."), text_of(answer("msg_1"))[:-1])

    assert [each.role for each in spoken(path)] == ["user"]


def test_only_what_a_person_wrote_is_theirs(path: Path) -> None:
    write(
        path,
        prompt("Mend it."),
        tool_result(),
        prompt("Caveat", isMeta=True),
        prompt("Look there", isSidechain=True),
        answer(),
    )

    assert [each.is_persons for each in spoken(path)] == [True, False, False, False, False]


def test_errors_and_copies_are_told_from_responses(path: Path) -> None:
    write(
        path,
        answer("a"),
        answer("b", isApiErrorMessage=True),
        answer("c", model="<synthetic>"),
        answer("d", requestSessionId=OTHER),
        prompt("e", forkedFrom={"sessionId": OTHER, "messageUuid": "x"}),
    )

    assert [each.is_error for each in spoken(path)] == [False, True, True, False, False]
    assert [each.is_copy for each in spoken(path)] == [False, False, False, True, True]


def test_a_damaged_line_tells_what_can_be_read(path: Path) -> None:
    write(path, b'{"type":"user","uuid":"u","isSidechain":"\xff","message":7}\n', b"[]\n", b"{\n")

    assert [(each.role, each.uuid) for each in spoken(path)] == [("user", "u")]
