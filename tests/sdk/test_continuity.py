"""A session outlives the program: saved, found again, gone on with."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from claude_agent_sdk import ClaudeAgentOptions, query
from tests.sdk.scripted import (
    OPUS,
    OTHER,
    RECORDED,
    SESSION,
    ScriptedTransport,
    init,
    model_usage,
    result,
)

from agent_console.paths import saved_sessions_dir
from agent_console.sdk import (
    ClaudeSession,
    ModelFigures,
    Past,
    ResponseMetadata,
    SavedSession,
    SavedSessionError,
    SessionResponse,
    collect,
    last_session,
    load,
    save,
)

pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'claude_agent_sdk")


def response(session: str = SESSION, text: str = "Done.") -> SessionResponse:
    metadata = ResponseMetadata(
        session_id=session, session_cost_usd=0.42, timestamp=datetime.now(UTC)
    )
    return SessionResponse(content=text, metadata=metadata)


async def test_a_session_goes_on_in_another_program(scratch_home: Path) -> None:
    past = Past()
    first = ScriptedTransport([init(), result(models={OPUS: model_usage(1, 10, usd=0.1)})])
    async with ClaudeSession(transport=first, record=False, past=past) as session:
        await session.query("go")
        save(session, scratch_home, past=past)

    found = last_session(scratch_home)
    assert found is not None
    assert (found.session_id, found.cost_usd) == (SESSION, 0.1)
    assert found.last_response is not None
    assert found.last_response.content == "Done."
    assert found.totals is not None
    assert found.totals.models == {OPUS: ModelFigures(1, 10, cost_nano_usd=100_000_000)}

    options = found.options()
    assert (options.resume, options.cwd) == (SESSION, found.project)
    another = Past()
    found.recall(another)
    turn = [init(), result(models={OPUS: model_usage(2, 30, usd=0.25)})]
    went_on = await collect(
        query(prompt="go on", options=options, transport=ScriptedTransport(turn)),
        resumed=found.resumed(),
        past=another,
    )
    assert went_on.cost == 0.15
    assert went_on.metadata.session_cost_usd == 0.25


def test_the_last_one_of_the_project_is_found(tmp_path: Path) -> None:
    save(response("a"), tmp_path)
    save(response("b"), tmp_path)
    save(response("c"), tmp_path / "other")
    found = last_session(tmp_path)
    assert found is not None
    assert found.session_id == "b"


def test_without_a_saved_one_claude_codes_own_is_found(scratch_home: Path) -> None:
    folder = scratch_home / "p"
    folder.mkdir()
    slug = "".join(char if char.isalnum() else "-" for char in str(folder.resolve()))
    transcript = RECORDED / "transcripts" / "p_bash" / "-home-user-project"
    (source,) = transcript.glob("*.jsonl")
    project = scratch_home / ".claude" / "projects" / slug
    project.mkdir(parents=True)
    (project / source.name).write_bytes(source.read_bytes())

    found = last_session(folder)

    assert found == SavedSession(source.stem, str(folder.resolve()))


def test_a_project_without_sessions_has_no_last_one(tmp_path: Path) -> None:
    assert last_session(tmp_path) is None


def test_options_of_the_program_are_kept() -> None:
    saved = SavedSession(SESSION, "/project")
    options = saved.options(ClaudeAgentOptions(model=OPUS, cwd="/mine"), fork=True)
    assert (options.model, options.cwd) == (OPUS, "/mine")
    assert (options.resume, options.fork_session) == (SESSION, True)


def test_it_is_loaded_by_its_id_and_by_its_file(tmp_path: Path) -> None:
    saved = save(response(), tmp_path)
    assert load(SESSION) == saved
    elsewhere = save(response(OTHER), tmp_path, path=tmp_path / "mine.json")
    assert load(tmp_path / "mine.json") == load(str(tmp_path / "mine.json")) == elsewhere


def test_it_is_for_the_users_eyes_only(tmp_path: Path) -> None:
    save(response(), tmp_path)
    (file,) = saved_sessions_dir().iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert saved_sessions_dir().stat().st_mode & 0o777 == 0o700


def test_fields_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    saved = save(response(), tmp_path)
    (file,) = saved_sessions_dir().iterdir()
    file.write_text(json.dumps({**json.loads(file.read_text()), "something_new": 1}))
    assert load(SESSION) == saved


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"session_id": 3}', "\ud800"])
def test_a_broken_file_is_told_and_hides_no_other(tmp_path: Path, content: str) -> None:
    save(response("good"), tmp_path)
    broken = saved_sessions_dir() / "broken.json"
    broken.write_bytes(content.encode("utf-8", "surrogatepass"))

    with pytest.raises(SavedSessionError, match="broken"):
        load("broken")
    found = last_session(tmp_path)
    assert found is not None
    assert found.session_id == "good"


def test_a_session_that_is_not_there_is_told() -> None:
    with pytest.raises(SavedSessionError, match="nowhere"):
        load("nowhere")


def test_without_an_answer_there_is_nothing_to_save() -> None:
    with pytest.raises(SavedSessionError, match="after a query"):
        save(SessionResponse())


def test_no_id_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(SavedSessionError, match="no session id"):
        save(response("../evil"), tmp_path)
