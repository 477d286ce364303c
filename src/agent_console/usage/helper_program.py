"""Programs of this package that work beside the process that started them, over pipes.

Rule: they are started as programs, never forked: a fork of a daemon with threads may hang, and a
program needs nothing of what started it but the interpreter. Whoever is waited for goes first: a
daemon, an editor.
"""

import os
import signal
import subprocess
import sys

_NICE = 5


def start_helper(module: str) -> "subprocess.Popen[bytes]":
    """Start `python -m module`, with pipes as its stdin and stdout; Ctrl-C does not reach it."""
    # It inherits what is blocked: Ctrl-C is not its business, not even while it starts.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # what lies in a buffer is not seen by a selector
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + _NICE)
    return process
