"""The plugin and the settings both installed: each event counts once."""

import pytest
from msgspec import Raw
from tests.daemon.state.state_driver import MAIN, Driver, refused

from agent_console.protocol.messages import Hook


def test_an_event_told_by_two_registrations_counts_once_and_changes_once() -> None:
    board = Driver()
    first = board.hook("Stop", prompt_id="p1")
    sent_ms = board.now_ms
    second = board.hook("Stop", prompt_id="p1", sent_ms=sent_ms + 20)
    assert len(first.changes) == 1
    assert (second.answer, second.changes) == (None, ())
    assert board.state.hooks_counted == {"Stop": 1}
    assert board.state.twin_hooks == 1


def test_the_same_words_half_a_second_later_are_another_event() -> None:
    board = Driver()
    board.hook("Notification", notification_type="idle_prompt")
    board.hook("Notification", notification_type="idle_prompt", sent_ms=board.now_ms + 500)
    assert board.state.hooks_counted == {"Notification": 2}


def test_two_tools_at_once_are_two_events() -> None:
    board = Driver()
    board.prompt()
    for use in ("t1", "t2"):
        board.hook("PreToolUse", tool_name="Bash", tool_use_id=use, sent_ms=board.now_ms)
    assert board.state.hooks_counted["PreToolUse"] == 2
    assert board.state.twin_hooks == 0


def test_event_names_are_counted_up_to_a_bound() -> None:
    board = Driver()
    board.prompt()
    for number in range(300):
        board.hook(f"Event{number}")
    assert len(board.state.hooks_counted) == 100


# ---- payloads that were too long to travel -------------------------------------------------------


def cut(board: Driver, event_name: str, head: str, session_id: str | None = MAIN) -> Hook:
    board.now_ms += 1_000
    return Hook(event_name=event_name, session_id=session_id, head=head, sent_at=board.now_ms)


def test_a_payload_cut_off_still_tells_its_event() -> None:
    board = Driver()
    board.prompt()
    head = f'{{"session_id":"{MAIN}","prompt_id":"p1","hook_event_name":"Stop","last_assistant_me'
    board.state.apply(cut(board, "Stop", head), board.now_ms)
    assert board.shows() == "attention done"
    board.hook("PostToolUse", tool_name="Bash", prompt_id="p1")
    assert board.shows() == "attention done"  # its prompt was told before the cut
    assert board.state.hooks_counted["Stop"] == 1


def test_a_payload_cut_off_tells_that_a_subagent_ran_the_tool() -> None:
    board = Driver()
    board.hook("Stop")
    head = (
        f'{{"session_id":"{MAIN}","cwd":"/a \\"b\\"","agent_id":"a1","effort":{{"level":"medium"}},'
        '"tool_name":"Write","tool_input":{"file_path":"/x","content":"' + "x" * 1_000
    )
    board.state.apply(cut(board, "PostToolUse", head), board.now_ms)
    assert board.shows() == "attention done"


@pytest.mark.parametrize("head", ["", "{", "not json", '{"session_id":', "\x00"])
def test_whatever_the_head_is_the_arguments_of_the_hook_count(head: str) -> None:
    board = Driver()
    board.state.apply(cut(board, "UserPromptSubmit", head), board.now_ms)
    assert board.shows() == "working -"


def test_a_hook_that_names_nothing_is_refused() -> None:
    board = Driver()
    assert refused(board.apply(Hook())) == "bad_request"
    assert refused(board.apply(cut(board, "Stop", "{", None))) == "invalid_value"
    assert refused(board.apply(Hook(event=Raw(b"[]")))) == "invalid_value"
