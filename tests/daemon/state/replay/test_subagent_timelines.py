"""Subagents: one that a headless turn waits for, one in the background that asks for permission."""

from tests.daemon.state.replay.recording import HOOKS, REGISTRY, recorded
from tests.daemon.state.replay.timeline import table, timeline


def test_headless_turn_with_a_subagent_in_the_foreground() -> None:
    assert timeline(recorded("p_agent")) == table("""
            0  6384e214  attention  ready
           99  6384e214  working    -
         1148  6384e214  attention  done
         1193  6384e214  closed     other
    """)
    assert timeline(recorded("p_agent", HOOKS)) == timeline(recorded("p_agent"))
    assert timeline(recorded("p_agent", REGISTRY)) == table("""
           30  6384e214  attention  ready
          131  6384e214  working    -                  # ends before it is idle
         1233  6384e214  closed     other
    """)


def test_subagent_in_the_background_that_asks_for_permission() -> None:
    assert timeline(recorded("t_agent")) == table("""
            0  5aa3a14d  attention  ready
        12271  5aa3a14d  working    -
        12790  5aa3a14d  attention  permission         # stays over the main Stop at 12824
        18943  5aa3a14d  working    background         # allowed: the subagent goes on behind
        19304  5aa3a14d  working    -                  # its end prompts the model
        19483  5aa3a14d  attention  done
        24504  5aa3a14d  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_agent", HOOKS)) == table("""
            0  5aa3a14d  attention  ready
        12271  5aa3a14d  working    -
        12790  5aa3a14d  attention  permission
        19024  5aa3a14d  working    background         # the answer shows when the tool has run
        19304  5aa3a14d  working    -
        19483  5aa3a14d  attention  done
        24504  5aa3a14d  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_agent", REGISTRY)) == table("""
        12363  5aa3a14d  working    -                  # its file was first seen then
        12904  5aa3a14d  attention  permission
        18943  5aa3a14d  working    -                  # cannot know who works
        19580  5aa3a14d  attention  done
        24524  5aa3a14d  closed     other
    """)
