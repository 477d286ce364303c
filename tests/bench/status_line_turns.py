"""One status line of ours and of ccusage, from the same payload.

Rule: ccusage keeps its line for a while and reads the transcripts when it has none; what is
compared is the latter, so what it kept is thrown away before each run.
"""

import json
import shutil
import sys
from pathlib import Path

from tests.bench.measuring import Cost, measured
from tests.bench.reference_tools import ccusage
from tests.bench.servers import Server
from tests.bench.transcript_turns import (
    BARE_INTERPRETER,
    Place,
    Turn,
    Turns,
    checked,
    our_program,
)

REFERENCE = "ccusage statusline, nothing kept"
_SCRIPT = Path(__file__).resolve().parents[2] / "hooks" / "agent_console_statusline.py"


def status_line_turns(place: Place, daemon: Server) -> Turns:
    """Ours as Claude Code runs it and as a command, with a daemon that answers, and ccusage's."""
    payload = place.folder / "payload.json"
    payload.write_text(json.dumps(_payload(place)))

    def ours(*command: str) -> Cost | str:
        socket = {"AGENT_CONSOLE_SOCKET": daemon.socket}
        home = place.home("ours")
        return checked(measured(command, place.folder, home=home, stdin=payload, env=socket))

    def theirs() -> Cost | str:
        program = ccusage()
        if program is None:
            return "not installed (--install)"
        shutil.rmtree(place.folder / "ccusage-semaphore", ignore_errors=True)
        command = [str(program), "statusline", "--offline", "--no-cache"]
        home = place.home("ccusage")
        return checked(measured(command, place.folder, home=home, stdin=payload))

    script = (sys.executable, "-I", "-S", "-E", str(_SCRIPT), daemon.socket)
    return [
        [Turn("python3 -I -S -E -c pass", lambda: ours(*BARE_INTERPRETER))],
        [Turn("our status line, as installed", lambda: ours(*script))],
        [Turn("agent-console statusline", lambda: ours(str(our_program()), "statusline"))],
        [Turn(REFERENCE, theirs)],
    ]


def _payload(place: Place) -> dict[str, object]:
    return {
        "session_id": place.grown.stem,
        "transcript_path": str(place.grown),
        "cwd": "/home/user/work",
        "model": {"id": "claude-opus-5", "display_name": "Opus 5"},
        "workspace": {
            "current_dir": "/home/user/work",
            "project_dir": "/home/user/work",
            "added_dirs": [],
        },
        "version": "2.1.329",
        "output_style": {"name": "default"},
        "cost": {
            "total_cost_usd": 1.25,
            "total_duration_ms": 23_575,
            "total_api_duration_ms": 581,
            "total_lines_added": 0,
            "total_lines_removed": 0,
        },
        "context_window": {
            "total_input_tokens": 14_642,
            "total_output_tokens": 8,
            "context_window_size": 200_000,
            "used_percentage": 7,
            "remaining_percentage": 93,
        },
        "exceeds_200k_tokens": False,
    }
