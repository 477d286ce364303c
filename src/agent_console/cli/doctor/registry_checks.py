"""Does the daemon see what Claude Code writes about its processes?"""

import os
from collections.abc import Iterator

from agent_console.cli.doctor.finding import Finding, ok, warning
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.install.telling import short


def watched(situation: Situation) -> Iterator[Finding]:
    """The registry of every folder whose settings run our hooks is watched."""
    status = situation.daemon.status
    if status is None:
        return
    names = [short(folder) for folder in status.watching]
    there = {os.path.realpath(folder) for folder in status.watching}
    missing = [
        short(registry)
        for file in situation.users
        if file.ours and os.path.realpath(registry := file.path.parent / "sessions") not in there
    ]
    if missing:
        yield warning(
            "registry",
            f"The daemon does not watch {', '.join(missing)}: Escape and crashes go unseen there.",
            "agent-console daemon restart",
        )
    if names:
        yield ok("registry", f"The daemon watches {', '.join(names)}.")
