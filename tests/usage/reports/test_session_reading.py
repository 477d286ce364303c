"""One session from the ledger and its transcripts, read again as it goes on."""

import shutil
from pathlib import Path

import pytest
from tests.claude_code.recordings import FIXTURES
from tests.tui.session_story import asked, bring_story, said, used
from tests.usage.ingest.transcripts import SESSION, append, prompt, write

from agent_console.config_prices import PricesConfig
from agent_console.paths import database_path
from agent_console.usage.ingest.catch_up import bring_up_to_date
from agent_console.usage.reports.session_messages import Message
from agent_console.usage.reports.session_reading import SessionRead, SessionReading, words_of

FIRST = "3702b43f-95c9-4255-888f-4f7da66c5c92"
FORK = "694768c4-3388-4e00-802c-f7f40f637c85"
ERRORS = "f8a202d5-de13-43c6-8b9b-5f56d6958657"


def take_in() -> None:
    bring_up_to_date(database_path(), PricesConfig())


def read(session_id: str, transcript_path: str | None = None) -> SessionRead:
    return SessionReading(str(database_path()), session_id).read(transcript_path)


def told(messages: list[Message]) -> list[tuple[str, str]]:
    return list(zip((each.role for each in messages), words_of(messages), strict=True))


@pytest.fixture
def recorded(scratch_home: Path) -> None:
    """Sessions of the real client in the ledger."""
    for scenario in ("p_resume", "p_errors"):
        source = FIXTURES / "transcripts" / scenario
        shutil.copytree(source, scratch_home / ".claude/projects", dirs_exist_ok=True)
    take_in()


@pytest.mark.usefixtures("recorded")
def test_a_recorded_session_is_told_message_by_message() -> None:
    found = read(FIRST)

    assert told([each for each in found.messages if each.role != "unlisted"]) == [
        ("user", "First. [[rig:plain text='first answer']]"),
        ("assistant", "first answer"),
        ("user", "Second. [[rig:bash cmd='echo second']]"),
        ("assistant", "I will run a command."),
        ("assistant", "The command finished."),
        ("user", "Third. [[rig:plain text='third answer']]"),
        ("assistant", "third answer"),
        ("user", "Back. [[rig:plain text='back on the first']]"),
        ("assistant", "back on the first"),
    ]


@pytest.mark.usefixtures("recorded")
def test_the_messages_add_up_to_what_the_ledger_says_of_the_session() -> None:
    found = read(FIRST)
    assert found.ledger is not None
    sums = found.ledger.row.sums
    assert sums is not None

    counted = [each.counted for each in found.messages if each.counted is not None]

    assert sum(each.tokens for each in counted) == sums.tokens
    assert sum(each.cost_usd or 0 for each in counted) * 10**12 == sums.cost_pico


@pytest.mark.usefixtures("recorded")
def test_a_fork_begins_with_its_own_messages() -> None:
    found = read(FORK)

    assert told([each for each in found.messages if each.role != "unlisted"]) == [
        ("user", "Fork. [[rig:plain text='forked answer']]"),
        ("assistant", "forked answer"),
    ]


@pytest.mark.usefixtures("recorded")
def test_an_error_of_the_api_is_a_message_that_used_nothing() -> None:
    error = read(ERRORS).messages[-1]

    assert (error.role, error.counted) == ("error", None)
    assert words_of([error]) == ["API Error: 400 rig error 400"]


def test_a_response_in_several_lines_is_one_message(scratch_home: Path) -> None:
    path = scratch_home / f".claude/projects/p/{SESSION}.jsonl"
    write(path, said(1, "I look.", 1, used(1, 1)), said(1, "Then more.", 1, used(1, 9)))
    take_in()

    (message,) = read(SESSION).messages

    assert len(message.places) == 2
    assert message.counted is not None
    assert message.counted.output_tokens == 9


def test_what_is_new_is_told_the_next_time(scratch_home: Path) -> None:
    path = bring_story(scratch_home)
    reading = SessionReading(str(database_path()), SESSION)
    before = reading.read().messages
    append(path, asked("And the tests?", 130), said(8, "They pass.", 131, used(1, 2)))

    uncounted = reading.read().messages[len(before) :]
    take_in()
    after = reading.read().messages

    assert [each.counted for each in uncounted] == [None, None]
    assert told(after[len(before) :]) == [("user", "And the tests?"), ("assistant", "They pass.")]
    assert after[-1].counted is not None


def test_a_rewritten_transcript_is_read_from_its_beginning(scratch_home: Path) -> None:
    path = bring_story(scratch_home)
    reading = SessionReading(str(database_path()), SESSION)
    reading.read()
    path.unlink()
    write(path, prompt("Anew."))

    first = next(each for each in reading.read().messages if each.role == "user")

    assert words_of([first]) == ["Anew."]


def test_the_ledger_is_shown_when_the_transcripts_are_gone(scratch_home: Path) -> None:
    bring_story(scratch_home)
    shutil.rmtree(scratch_home / ".claude")

    found = read(SESSION)

    assert found.transcripts == 0
    assert len(found.messages) == 9
    assert set(words_of(found.messages)) == {""}


def test_a_transcript_is_shown_before_the_ledger_knows_it(scratch_home: Path) -> None:
    path = scratch_home / f".claude/projects/p/{SESSION}.jsonl"
    write(path, prompt("Mend it."))

    found = read(SESSION, str(path))

    assert found.ledger is None
    assert told(found.messages) == [("user", "Mend it.")]


def test_a_session_that_nobody_knows_is_empty(scratch_home: Path) -> None:
    bring_story(scratch_home)

    found = read("nobody's", str(scratch_home / "gone.jsonl"))

    assert (found.ledger, found.messages, found.transcripts) == (None, [], 0)


def test_the_most_expensive_message_has_the_first_rank(scratch_home: Path) -> None:
    bring_story(scratch_home)
    found = read(SESSION).messages

    (most,) = (each for each in found if each.counted is not None and each.counted.rank == 1)

    costs = [each.counted.cost_usd for each in found if each.counted is not None]
    assert most.counted is not None
    assert most.counted.cost_usd == max(cost for cost in costs if cost is not None)
