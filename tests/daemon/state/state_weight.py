"""Weighs a state with many sessions, as they really are: run as a program, in a process of its own.

`state_weight.py 100 traced` counts what Python allocated; `state_weight.py 10000 resident` what the
process grew by. Either prints bytes.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import tracemalloc
import uuid
from pathlib import Path

from msgspec import Raw

from agent_console.daemon.state.machine import State
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import HISTORY_LENGTH, Status
from agent_console.protocol.messages import Get, Hook, SetSession
from agent_console.usage.entries import ReadTotals, TotalsRead

TURNS_TOLD_BY_HOOKS = 4


def fill(state: State, count: int) -> None:
    """Put sessions on the board, each with more than a full history."""
    for number in range(count):
        at_ms = 1_795_175_000_000 + number * 997
        session_id = str(uuid.uuid4())
        tell_hooks(state, session_id, number, at_ms)
        for step in range(HISTORY_LENGTH):
            status = Status.WORKING if step % 2 == 0 else Status.ATTENTION
            reason = "done" if step % 2 else None
            request = SetSession(session_id=session_id, status=status, reason=reason)
            state.apply(request, at_ms + 60_000 + step * 1_777)
        note = f"look at the migration of step {number} before the release"
        state.apply(SetSession(session_id=session_id, label=f"label {number}", note=note), at_ms)
        totals = SessionMetadata(
            session_id,
            number * 977 + 1_000,
            number * 331 + 1_000,
            10**6 + number,
            10**7 + number,
            number / 7,
            "claude-opus-5-5",
            at_ms,
        )
        state.committed(ReadTotals(session_id), TotalsRead(session_id, totals), at_ms)


def tell_hooks(state: State, session_id: str, number: int, at_ms: int) -> None:
    """A few turns in a terminal, with the strings that hooks bring."""
    folder = f"/home/user/clients/project-{number % 40}"
    env = {
        "CLAUDE_PID": str(10_000 + number),
        "TMUX": "/tmp/tmux-1000/default,4312,0",
        "TMUX_PANE": f"%{number}",
        "TERM_PROGRAM": "tmux",
        "WINDOWID": str(60_000_000 + number),
    }
    for turn in range(TURNS_TOLD_BY_HOOKS):
        prompt_id = str(uuid.uuid4())
        for event in ("UserPromptSubmit", "Stop"):
            at_ms += 1_777
            payload = {
                "session_id": session_id,
                "cwd": folder,
                "prompt_id": prompt_id,
                "transcript_path": f"/home/user/.claude/projects/-project/{session_id}.jsonl",
                "model": "claude-opus-5-5",
                "prompt": f"do {turn}",
                "hook_event_name": event,
                "session_title": f"Mend the parser, part {number}",
            }
            request = Hook(event=Raw(json.dumps(payload).encode()), sent_at=at_ms, env=env)
            state.apply(request, at_ms)


def weigh(count: int, *, traced: bool) -> int:
    """Bytes that the state takes."""
    fill(State(), 3)
    gc.collect()
    if traced:
        tracemalloc.start()
    before = resident_bytes()
    state = State()
    fill(state, count)
    gc.collect()
    bytes_taken = tracemalloc.get_traced_memory()[0] if traced else resident_bytes() - before
    some = next(iter(state.sessions))
    assert len(state.apply(Get(session_id=some), 0).answer.history) == HISTORY_LENGTH
    return bytes_taken


def resident_bytes() -> int:
    """The memory of this process now.

    Not the peak of `getrusage`, which a child has from the process that started it.
    """
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    command = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    return int(subprocess.check_output(command)) * 1024


if __name__ == "__main__":
    print(weigh(int(sys.argv[1]), traced=sys.argv[2] == "traced"))
