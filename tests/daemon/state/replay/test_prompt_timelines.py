"""Permissions, questions, Escape, errors: what the board shows while a person answers or does not.

Each table is read off the recording. Where hooks alone or the registry alone cannot know something,
a remark says so.
"""

from tests.daemon.state.replay.recording import HOOKS, REGISTRY, recorded
from tests.daemon.state.replay.timeline import table, timeline


def test_permission_allowed_denied_escaped_and_a_write_allowed() -> None:
    assert timeline(recorded("t_permission")) == table("""
            0  15779dfe  attention  ready
         1138  15779dfe  working    -
         1582  15779dfe  attention  permission         # touch one.txt
         8975  15779dfe  working    -                  # allowed a moment before
         9181  15779dfe  attention  done
        10022  15779dfe  working    -
        10246  15779dfe  attention  permission         # touch two.txt
        12235  15779dfe  attention  interrupted        # denied: no hook fires
        15707  15779dfe  working    -
        15960  15779dfe  attention  permission         # touch three.txt
        17648  15779dfe  attention  interrupted        # Escape: no hook fires
        21053  15779dfe  working    -
        21262  15779dfe  attention  permission         # write notes.txt
        23020  15779dfe  working    -                  # allowed; the edit needs no answer
        23503  15779dfe  attention  done
        24448  15779dfe  closed     other              # the session file goes first
        24462  15779dfe  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_permission", HOOKS)) == table("""
           18  15779dfe  attention  ready
         1138  15779dfe  working    -
         1584  15779dfe  attention  permission
         8975  15779dfe  working    -
         9181  15779dfe  attention  done
        10022  15779dfe  working    -
        10246  15779dfe  attention  permission         # cannot know of the denial at 12235 …
        15707  15779dfe  working    -                  # … until the next prompt
        15960  15779dfe  attention  permission         # cannot know of Escape at 17648 …
        21053  15779dfe  working    -                  # … until the next prompt
        21262  15779dfe  attention  permission
        23020  15779dfe  working    -
        23503  15779dfe  attention  done
        24462  15779dfe  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_permission", REGISTRY)) == table("""
            0  15779dfe  attention  ready
         1154  15779dfe  working    -
         1582  15779dfe  attention  permission
         9010  15779dfe  working    -
         9217  15779dfe  attention  done
        10046  15779dfe  working    -
        10258  15779dfe  attention  permission
        12235  15779dfe  attention  done               # cannot know that it was interrupted
        15768  15779dfe  working    -
        15981  15779dfe  attention  permission
        17648  15779dfe  attention  done
        21082  15779dfe  working    -
        21291  15779dfe  attention  permission
        23072  15779dfe  working    -
        23607  15779dfe  attention  done
        24448  15779dfe  closed     other              # cannot know why
    """)


def test_question_answered_and_question_escaped() -> None:
    assert timeline(recorded("t_ask")) == table("""
            0  8e790d08  attention  ready
         1141  8e790d08  working    -
         1433  8e790d08  question   question
         8937  8e790d08  working    -                  # "Blue"
         9233  8e790d08  attention  done
        10930  8e790d08  working    -
        11099  8e790d08  question   question
        12871  8e790d08  attention  interrupted        # Escape: no hook fires
        16283  8e790d08  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_ask", HOOKS)) == table("""
            0  8e790d08  attention  ready
         1141  8e790d08  working    -
         1433  8e790d08  question   question
         8937  8e790d08  working    -
         9233  8e790d08  attention  done
        10930  8e790d08  working    -
        11099  8e790d08  question   question           # cannot know of Escape at 12871 …
        16283  8e790d08  closed     prompt_input_exit  # … until the next hook
    """)
    assert timeline(recorded("t_ask", REGISTRY)) == table("""
           75  8e790d08  attention  ready
         1223  8e790d08  working    -
         1537  8e790d08  question   question
         9094  8e790d08  working    -
         9314  8e790d08  attention  done
        10983  8e790d08  working    -
        11196  8e790d08  question   question
        12871  8e790d08  attention  done
        16295  8e790d08  closed     other
    """)


def test_escape_in_a_stream_and_in_a_tool_and_a_queued_prompt() -> None:
    assert timeline(recorded("t_interrupt")) == table("""
            0  27f4bade  attention  ready
         1116  27f4bade  working    -
         4425  27f4bade  attention  interrupted        # Escape in the stream: no hook fires
         7340  27f4bade  working    -
        11554  27f4bade  attention  interrupted        # Escape in `tail -f`: no hook fires
        14559  27f4bade  working    -                  # another prompt is queued at 16105
        17643  27f4bade  attention  done
        17847  27f4bade  working    -                  # the queued one is taken up: no hook fires
        17886  27f4bade  attention  done
        18803  27f4bade  working    -
        19337  27f4bade  attention  done
        20360  27f4bade  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_interrupt", HOOKS)) == table("""
            0  27f4bade  attention  ready
         1116  27f4bade  working    -                  # cannot know of either Escape …
        17643  27f4bade  attention  done               # … nor that the queued turn runs now
        18803  27f4bade  working    -
        19337  27f4bade  attention  done
        20360  27f4bade  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_interrupt", REGISTRY)) == table("""
           37  27f4bade  attention  ready
         1194  27f4bade  working    -
         4425  27f4bade  attention  done
         7369  27f4bade  working    -
        11554  27f4bade  attention  done
        14580  27f4bade  working    -
        17738  27f4bade  attention  done
        17847  27f4bade  working    -
        17953  27f4bade  attention  done
        18898  27f4bade  working    -
        19444  27f4bade  attention  done
        20381  27f4bade  closed     other
    """)


def test_errors_of_the_api() -> None:
    assert timeline(recorded("t_errors")) == table("""
            0  b26d2aaa  attention  ready
         1274  b26d2aaa  working    -                  # 529 twice, then an answer
         3232  b26d2aaa  attention  done
         4138  b26d2aaa  working    -
         4570  b26d2aaa  attention  interrupted        # the registry is faster than the hook
         4586  b26d2aaa  attention  error              # 400
         5457  b26d2aaa  working    -
         9282  b26d2aaa  attention  error              # 429
        10261  b26d2aaa  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_errors", HOOKS)) == table("""
            3  b26d2aaa  attention  ready
         1274  b26d2aaa  working    -
         3232  b26d2aaa  attention  done
         4138  b26d2aaa  working    -
         4586  b26d2aaa  attention  error
         5457  b26d2aaa  working    -
         9282  b26d2aaa  attention  error
        10261  b26d2aaa  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_errors", REGISTRY)) == table("""
            0  b26d2aaa  attention  ready
         1379  b26d2aaa  working    -
         3391  b26d2aaa  attention  done
         4243  b26d2aaa  working    -
         4570  b26d2aaa  attention  done               # cannot know of errors
         5517  b26d2aaa  working    -
         9334  b26d2aaa  attention  done
        10286  b26d2aaa  closed     other
    """)
