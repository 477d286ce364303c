"""Sessions that begin, follow one another in a process, are resumed by another, or are killed."""

from tests.daemon.state.replay.recording import HOOKS, REGISTRY, recorded
from tests.daemon.state.replay.timeline import table, timeline

from agent_console.daemon.state.machine import State


def test_clear_and_compact() -> None:
    assert timeline(recorded("t_clear_compact")) == table("""
            0  15c10636  attention  ready
         1103  15c10636  working    -
         1673  15c10636  attention  done
         2571  15c10636  closed     clear              # /clear
         2645  4bf844f7  attention  ready
         4166  4bf844f7  working    -
         4360  4bf844f7  attention  done
         5269  4bf844f7  working    -
         5450  4bf844f7  attention  done
         6498  4bf844f7  working    -                  # /compact
         6828  4bf844f7  attention  done
         9191  4bf844f7  working    -
         9360  4bf844f7  attention  done
        10345  4bf844f7  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_clear_compact", HOOKS)) == table("""
            0  15c10636  attention  ready
         1103  15c10636  working    -
         1673  15c10636  attention  done
         2571  15c10636  closed     clear
         2645  4bf844f7  attention  ready
         4166  4bf844f7  working    -
         4360  4bf844f7  attention  done
         5269  4bf844f7  working    -
         5450  4bf844f7  attention  done               # compacting is an activity, not a status
         9191  4bf844f7  working    -
         9360  4bf844f7  attention  done
        10345  4bf844f7  closed     prompt_input_exit
    """)
    assert timeline(recorded("t_clear_compact", REGISTRY)) == table("""
            4  15c10636  attention  ready
         1151  15c10636  working    -
         1790  15c10636  attention  done
         2621  15c10636  working    -                  # /clear keeps the client busy a moment
         2726  15c10636  closed     other              # cannot know why its process left it
         2726  4bf844f7  attention  ready
         4188  4bf844f7  working    -
         4395  4bf844f7  attention  done
         5331  4bf844f7  working    -
         5553  4bf844f7  attention  done
         6498  4bf844f7  working    -
         6828  4bf844f7  attention  done
         9232  4bf844f7  working    -
         9444  4bf844f7  attention  done
        10382  4bf844f7  closed     other
    """)


def test_continue_fork_branch_resume_and_a_closed_terminal() -> None:
    assert timeline(recorded("t_resume")) == table("""
            0  500788a5  attention  ready
         1124  500788a5  working    -
         1338  500788a5  attention  done
         2277  500788a5  closed     prompt_input_exit
         3092  500788a5  attention  ready              # --continue: another process
         3842  500788a5  working    -
         4090  500788a5  attention  done
         4972  500788a5  closed     prompt_input_exit
         5784  1dbabfed  attention  ready              # --resume --fork-session
         6511  1dbabfed  working    -
         6809  1dbabfed  attention  done
         7808  1dbabfed  working    -                  # /branch keeps the client busy a moment
         7840  1dbabfed  closed     resume
         7876  71c65c52  attention  ready
        11364  71c65c52  working    -
        11539  71c65c52  attention  done               # the dialog of /resume changes nothing
        14799  71c65c52  closed     resume
        14833  500788a5  attention  ready
        17960  500788a5  closed     other              # the terminal was closed
    """)
    assert timeline(recorded("t_resume", HOOKS)) == table("""
            0  500788a5  attention  ready
         1124  500788a5  working    -
         1338  500788a5  attention  done
         2277  500788a5  closed     prompt_input_exit
         3092  500788a5  attention  ready
         3842  500788a5  working    -
         4090  500788a5  attention  done
         4972  500788a5  closed     prompt_input_exit
         5830  1dbabfed  attention  ready
         6511  1dbabfed  working    -
         6809  1dbabfed  attention  done
         7840  1dbabfed  closed     resume
         7876  71c65c52  attention  ready
        11364  71c65c52  working    -
        11539  71c65c52  attention  done
        14799  71c65c52  closed     resume
        14833  500788a5  attention  ready
        17960  500788a5  closed     other
    """)
    assert timeline(recorded("t_resume", REGISTRY)) == table("""
           73  500788a5  attention  ready
         1127  500788a5  working    -
         1460  500788a5  attention  done
         2299  500788a5  closed     other
         3142  500788a5  attention  ready
         3888  500788a5  working    -
         4208  500788a5  attention  done
         5042  500788a5  closed     other
         5784  1dbabfed  attention  ready
         6636  1dbabfed  working    -
         6853  1dbabfed  attention  done
         7808  1dbabfed  working    -
         7914  1dbabfed  closed     other
         7914  71c65c52  attention  ready              # busy was said of the other one
        11386  71c65c52  working    -
        11595  71c65c52  attention  done
        14952  500788a5  attention  ready
        14952  71c65c52  closed     other
        18010  500788a5  closed     other
    """)


def test_lineage_follows_the_process_over_clear_branch_and_resume() -> None:
    for sources in (HOOKS, REGISTRY, HOOKS | REGISTRY):
        state = State()
        timeline([*recorded("t_clear_compact", sources), *recorded("t_resume", sources)], state)
        lineage = {
            session.session_id[:8]: session.predecessor and session.predecessor[:8]
            for session in state.sessions.values()
        }
        assert lineage == {
            "15c10636": None,
            "4bf844f7": "15c10636",  # /clear
            "1dbabfed": None,  # --fork-session in a process of its own: nothing tells of what
            "71c65c52": "1dbabfed",  # /branch
            "500788a5": "71c65c52",  # /resume from there
        }


def test_headless_sessions_resumed_from_other_folders() -> None:
    assert timeline(recorded("h_resume_elsewhere")) == table("""
            0  799a953c  attention  ready
           51  799a953c  working    -                  # busy before its prompt's hook
          287  799a953c  attention  done
          325  799a953c  closed     other
         1043  799a953c  attention  ready
         1095  799a953c  working    -
         1348  799a953c  attention  done
         1383  799a953c  closed     other
         1999  799a953c  attention  ready
         2084  799a953c  working    -
         2289  799a953c  attention  done
         2330  799a953c  closed     other
    """)
    assert timeline(recorded("h_resume_elsewhere", HOOKS)) == table("""
            0  799a953c  attention  ready
           82  799a953c  working    -
          287  799a953c  attention  done
          325  799a953c  closed     other
         1043  799a953c  attention  ready
         1136  799a953c  working    -
         1348  799a953c  attention  done
         1383  799a953c  closed     other
         1999  799a953c  attention  ready
         2084  799a953c  working    -
         2289  799a953c  attention  done
         2330  799a953c  closed     other
    """)
    assert timeline(recorded("h_resume_elsewhere", REGISTRY)) == table("""
           51  799a953c  working    -
          363  799a953c  closed     other
         1095  799a953c  working    -
         1408  799a953c  closed     other
         2033  799a953c  attention  ready
         2138  799a953c  working    -
         2346  799a953c  closed     other
    """)


def test_headless_sessions_of_which_one_enters_and_leaves_a_worktree() -> None:
    assert timeline(recorded("p_worktree")) == table("""
            0  0a16b54a  attention  ready
           66  0a16b54a  working    -
          299  0a16b54a  attention  done
          339  0a16b54a  closed     other
         1068  d074419b  attention  ready
         1176  d074419b  working    -
         2229  d074419b  attention  done
         2281  d074419b  closed     other
    """)
    assert timeline(recorded("p_worktree", HOOKS)) == table("""
            0  0a16b54a  attention  ready
           82  0a16b54a  working    -
          299  0a16b54a  attention  done
          339  0a16b54a  closed     other
         1068  d074419b  attention  ready
         1176  d074419b  working    -
         2229  d074419b  attention  done
         2281  d074419b  closed     other
    """)
    assert timeline(recorded("p_worktree", REGISTRY)) == table("""
           66  0a16b54a  working    -
          375  0a16b54a  closed     other
         1098  d074419b  attention  ready
         1202  d074419b  working    -
         2344  d074419b  closed     other
    """)


def test_killed_process() -> None:
    assert timeline(recorded("t_ends_sigkill")) == table("""
            0  a3fbe7bb  attention  ready
          300  a3fbe7bb  working    -
          566  a3fbe7bb  attention  done
          983  a3fbe7bb  closed     crashed            # no hook, and its session file stays
    """)
    assert timeline(recorded("t_ends_sigkill", HOOKS)) == timeline(recorded("t_ends_sigkill"))
    assert timeline(recorded("t_ends_sigkill", REGISTRY)) == table("""
            9  a3fbe7bb  attention  ready
          339  a3fbe7bb  working    -
          667  a3fbe7bb  attention  done
          983  a3fbe7bb  closed     crashed
    """)
