"""Was a Claude Code that runs now started without hooks?

Rule: only the registry says which processes to look at, and only their command line is read. A
process may have written over it, and some systems show none, so the options are named in any case.
"""

from collections.abc import Iterator
from pathlib import Path

from agent_console.claude_code.registry import RegistryEntry
from agent_console.cli.doctor.finding import Finding, ok, warning
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.registered import registered

WITHOUT_HOOKS = ("--bare", "--safe-mode")
PROCESSES = Path("/proc")


def started_without_hooks(situation: Situation) -> Iterator[Finding]:
    """No running session was started with an option that switches hooks off."""
    options = " and ".join(WITHOUT_HOOKS)
    found = False
    for entry in registered_in(situation):
        for option in _options(entry.pid):
            found = True
            yield warning(
                "sessions",
                f"Process {entry.pid} was started with {option}, so it runs no hooks: the board "
                "lives from Claude Code's registry alone there.",
                f"Start Claude Code without {option} where the board shall know more.",
            )
    if not found:
        yield ok("sessions", f"Hooks run, except in sessions started with {options}.")


def registered_in(situation: Situation) -> Iterator[RegistryEntry]:
    """What live processes say of themselves, wherever they may say it."""
    status = situation.daemon.status
    folders = {file.path.parent / "sessions" for file in situation.users}
    folders |= set(map(Path, status.watching)) if status is not None else set()
    return registered(folders)


def _options(pid: int) -> list[str]:
    try:
        words = (PROCESSES / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
    if b"--" in words:
        words = words[: words.index(b"--")]  # what follows is the prompt
    return [option for option in WITHOUT_HOOKS if option.encode() in words]
