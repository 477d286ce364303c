"""What any hook event tells: that a session exists, what runs inside, facts; and bad payloads."""

import json

import pytest
from msgspec import Raw
from tests.daemon.state.state_driver import MAIN, START_MS, Driver, refused

from agent_console.claude_code.registry import read_registry_entry
from agent_console.model.session import Activity
from agent_console.protocol.messages import Hook

# ---- a session appears -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ("SessionStart", "attention ready"),
        ("UserPromptSubmit", "working -"),
        ("PreToolUse", "working -"),
        ("PostToolUse", "working -"),
        ("PostToolBatch", "working -"),
        ("SubagentStart", "working -"),
        ("TaskCreated", "working -"),
        ("PermissionRequest", "attention permission"),
        ("Elicitation", "question mcp"),
        ("Stop", "attention done"),
        ("StopFailure", "attention error"),
    ],
)
def test_the_first_event_heard_of_a_session_puts_it_on_the_board(event: str, shown: str) -> None:
    board = Driver()
    board.hook(event, tool_name="Bash", agent_id="a" if event == "SubagentStart" else None)
    assert board.shows() == shown
    assert board.history() == []


@pytest.mark.parametrize(
    "event",
    [
        "SessionEnd",
        "SubagentStop",
        "Notification",
        "PostCompact",
        "TeammateIdle",
        "CwdChanged",
        "New",
    ],
)
def test_an_event_that_tells_nothing_of_a_status_puts_no_session_on_the_board(event: str) -> None:
    board = Driver()
    outcome = board.hook(event, reason="other")
    assert outcome.answer is None
    assert board.state.sessions == {}
    assert board.state.hooks_counted == {event: 1}


@pytest.mark.parametrize(
    ("trigger", "shown"), [("manual", "attention ready"), ("auto", "working -")]
)
def test_compaction_heard_first_is_a_turn_only_when_it_is_automatic(
    trigger: str, shown: str
) -> None:
    board = Driver()
    board.hook("PreCompact", trigger=trigger)
    assert board.shows() == shown


def test_an_event_that_changes_nothing_is_answered_null() -> None:
    board = Driver()
    assert board.hook("SessionStart", source="startup").answer is not None
    assert board.hook("ConfigChange").answer is None


# ---- inside ------------------------------------------------------------------------------------


def test_a_subagent_is_shown_and_its_tools_leave_the_main_status_alone() -> None:
    board = Driver()
    board.hook("Stop", prompt_id="p1")
    board.hook("SubagentStart", agent_id="a1", agent_type="Explore", prompt_id="p1")
    board.hook("PreToolUse", agent_id="a1", tool_name="Grep", tool_input={"pattern": "x"})
    assert board.shows() == "attention done"
    assert board.session().subagents[0].activity == Activity("Grep", "x")
    board.hook("PostToolUse", agent_id="a1", tool_name="Grep")
    assert board.session().subagents[0].activity is None
    board.hook("SubagentStop", agent_id="a1", agent_type="Explore")
    assert board.session().subagents == ()
    assert board.shows() == "attention done"


def test_each_subagent_is_shown_once() -> None:
    board = Driver()
    board.prompt()
    for agent_id in ("a1", "a2", "a1", None):
        board.hook("SubagentStart", agent_id=agent_id, agent_type="Explore")
    assert [agent.agent_id for agent in board.session().subagents] == ["a1", "a2"]


def test_the_main_stop_keeps_only_the_subagents_that_run_behind_it() -> None:
    board = Driver()
    board.prompt()
    for agent_id in ("a1", "a2"):  # the end of a2 was lost
        board.hook("SubagentStart", agent_id=agent_id, agent_type="Explore")
    behind = {"id": "a1", "type": "subagent", "status": "running"}
    board.hook("Stop", prompt_id="p1", background_tasks=[behind])
    assert [agent.agent_id for agent in board.session().subagents] == ["a1"]


def test_a_teammate_that_waits_for_work_is_shown_once() -> None:
    board = Driver()
    board.prompt()
    board.hook("TeammateIdle", agent_id="amate-1", teammate_name="mate")
    board.hook("TeammateIdle", agent_id="amate-1", teammate_name="mate")
    board.hook("TeammateIdle", teammate_name="nameless")
    board.hook("TeammateIdle", agent_id="amate-2")
    shown = [(task.id, task.description) for task in board.session().background_tasks]
    assert shown == [("amate-1", "mate"), ("nameless", "nameless")]
    assert board.shows() == "working -"


def test_tasks_are_listed_in_their_newest_state_even_when_told_out_of_order() -> None:
    board = Driver()
    board.prompt()
    board.hook("TaskCompleted", task_id="2", task_subject="b")
    board.hook("TaskCreated", task_id="1", task_subject="a")
    board.hook("TaskCreated", task_id="2", task_subject="b")
    tasks = {task.id: task.status for task in board.session().background_tasks}
    assert tasks == {"1": "open", "2": "completed"}
    board.hook("Stop")
    assert board.shows() == "attention done"  # a list runs nothing
    board.hook("TaskCreated", task_id="2", task_subject="another list")
    assert {task.id: task.status for task in board.session().background_tasks}["2"] == "open"


def test_a_long_list_of_tasks_is_bounded() -> None:
    board = Driver()
    board.prompt()
    for number in range(120):
        board.hook("TaskCreated", task_id=str(number))
        if number != 5:
            board.hook("TaskCompleted", task_id=str(number))
    listed = board.session().background_tasks
    assert len(listed) == 50
    assert "5" in {task.id for task in listed}


# ---- facts -------------------------------------------------------------------------------------


def test_facts_come_from_every_event_of_the_main_conversation() -> None:
    board = Driver()
    board.hook("SessionStart", source="resume", cwd="/b", transcript_path="/wrong.jsonl")
    board.prompt(cwd="/b", transcript_path="/right.jsonl")
    board.hook("CwdChanged", cwd="/b", new_cwd="/b/inner")
    board.hook("PreToolUse", tool_name="Bash", agent_id="a1", cwd="/elsewhere")
    board.hook("PostModelSwitch", to_model="claude-sonnet-5-5", session_title="Mend\nthe parser")
    session = board.session()
    assert session.working_dir == "/b/inner"
    assert session.transcript_path == "/right.jsonl"
    assert session.model == "claude-sonnet-5-5"
    assert session.title == "Mend"


def test_an_older_fact_does_not_replace_a_newer_one() -> None:
    board = Driver()
    board.prompt(cwd="/new")
    board.hook("PostToolUse", tool_name="Bash", cwd="/old", sent_ms=board.now_ms - 500)
    assert board.session().working_dir == "/new"


def test_a_model_that_is_about_to_be_switched_to_is_not_the_model_yet() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", model="a")
    board.hook("PreModelSwitch", to_model="b")
    assert board.session().model == "a"


def test_the_terminal_is_where_the_last_hook_ran() -> None:
    board = Driver()
    payload = Raw(b'{"session_id":"%b","hook_event_name":"SessionStart"}' % MAIN.encode())
    board.apply(Hook(event=payload, env={"TMUX_PANE": "%3", "SECRET": "x", "CLAUDE_PID": "x7"}))
    terminal = board.session().terminal
    assert terminal is not None
    assert terminal.tmux_pane == "%3"
    assert "SECRET" not in repr(board.session())
    assert board.session().pid is None
    board.prompt()
    assert board.session().terminal == terminal


def test_a_hook_of_another_process_says_that_others_are_to_be_watched() -> None:
    board = Driver()
    assert board.hook("SessionStart", source="startup", pid=7).processes_changed
    assert not board.prompt(pid=7).processes_changed
    assert board.prompt("p2", pid=8).processes_changed


# ---- bad payloads ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields", [{"session": ""}, {"session": "x" * 201}, {"session": "a\nb"}, {"event": ""}]
)
def test_a_payload_that_names_no_session_or_no_event_is_refused(fields: dict[str, str]) -> None:
    board = Driver()
    event, session = fields.get("event", "Stop"), fields.get("session", MAIN)
    assert refused(board.hook(event, session=session)) == "invalid_value"
    assert board.state.hooks_counted == {}


def test_fields_of_a_wrong_type_count_as_absent() -> None:
    board = Driver()
    board.prompt(cwd=["/a"], transcript_path="x" * 5_000, model={"id": 7})
    session = board.session()
    assert board.shows() == "working -"
    assert (session.working_dir, session.transcript_path, session.model) == (None, None, None)


@pytest.mark.parametrize("sent_ms", [-(10**18), 10**18])
def test_an_absurd_time_harms_nobody(sent_ms: int) -> None:
    board = Driver()
    board.prompt(sent_ms=sent_ms)
    assert board.shows() == "working -"
    assert 0 <= board.session().since_ms <= START_MS + 1_000
    board.hook("Stop")
    assert board.shows() == "attention done"


@pytest.mark.parametrize("session", [" ", "a\u2028b", "\u202eabc"])
def test_a_session_whose_id_cannot_be_shown_is_refused_from_hooks_and_registry(
    session: str,
) -> None:
    board = Driver()
    assert refused(board.hook("SessionStart", session=session)) == "invalid_value"
    document = json.dumps({"pid": 7, "sessionId": session, "status": "busy"}).encode()
    assert read_registry_entry(document) is None
    assert board.state.sessions == {}
