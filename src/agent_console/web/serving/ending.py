"""How the dashboard ends when it is asked to by a signal.

Rule: SIGTERM, and the SIGHUP of a terminal or an SSH connection that is gone, end it in order as
Ctrl-C does, so that whatever is taken away at the end is; the exit code is the shell's for SIGTERM.
"""

import signal
from types import FrameType
from typing import Never

EXIT_TERMINATED = 128 + signal.SIGTERM


def end_in_order() -> None:
    """From now on signals unwind the process instead of ending it where it stands.

    While uvicorn serves it takes SIGTERM itself, and hands it on when it has ended.
    """
    signal.signal(signal.SIGTERM, _leave)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as `nohup` has it
        signal.signal(signal.SIGHUP, _hand_on)


def _leave(_signal: int, _frame: FrameType | None) -> Never:
    raise SystemExit(EXIT_TERMINATED)


def _hand_on(_signal: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGTERM)
