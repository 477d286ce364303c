"""A plan, shells that outlive their turn, and the reminder of an idle minute: made by hand.

No recording holds these, so the streams in `made` put recorded payloads together as CLAUDE-CODE.md
describes them. The tables are what a person at that terminal would call the truth.
"""

from tests.daemon.state.replay.recording import HOOKS, REGISTRY, recorded
from tests.daemon.state.replay.timeline import table, timeline


def test_a_plan_then_shells_behind_the_turn_and_an_escape_that_only_a_reminder_tells() -> None:
    assert timeline(recorded("m_plan_shell_idle")) == table("""
            0  0d5e11aa  attention  ready
         1000  0d5e11aa  working    -
         1400  0d5e11aa  question   plan               # registered as a permission prompt
         9000  0d5e11aa  working    -                  # approved
         9800  0d5e11aa  working    background         # a shell runs behind the turn …
        13000  0d5e11aa  attention  done               # … until it ends: no hook fires
        14000  0d5e11aa  working    -                  # /compact: nothing runs behind any more
        14600  0d5e11aa  attention  done
        16000  0d5e11aa  working    -
        17300  0d5e11aa  attention  interrupted        # Escape: no hook fires
        79000  0d5e11aa  working    -
        79800  0d5e11aa  working    background         # the reminder at 139900 changes nothing
       142000  0d5e11aa  closed     prompt_input_exit
    """)
    assert timeline(recorded("m_plan_shell_idle", HOOKS)) == table("""
            0  0d5e11aa  attention  ready
         1000  0d5e11aa  working    -
         1400  0d5e11aa  question   plan
         9030  0d5e11aa  working    -
         9800  0d5e11aa  working    background         # cannot know that the shell ended
        16000  0d5e11aa  working    -                  # cannot know of Escape at 17300 …
        77300  0d5e11aa  attention  interrupted        # … until the reminder of an idle minute
        79000  0d5e11aa  working    -
        79800  0d5e11aa  working    background
       142000  0d5e11aa  closed     prompt_input_exit
    """)
    assert timeline(recorded("m_plan_shell_idle", REGISTRY)) == table("""
           60  0d5e11aa  attention  ready
         1080  0d5e11aa  working    -
         1500  0d5e11aa  attention  permission         # cannot know that it is a plan
         9000  0d5e11aa  working    -
         9900  0d5e11aa  working    background
        13000  0d5e11aa  attention  done
        14000  0d5e11aa  working    -
        14600  0d5e11aa  attention  done
        16080  0d5e11aa  working    -
        17300  0d5e11aa  attention  done               # cannot know that it was interrupted
        79080  0d5e11aa  working    -
        79900  0d5e11aa  working    background
       142020  0d5e11aa  closed     other
    """)
