"""Visual Studio Code, by `code` (https://code.visualstudio.com/docs/configure/command-line).

Rule: its command line knows windows by their folder and no terminals inside them: it brings the
window in front that has the folder open, or opens one.
"""

from agent_console.terminals.outcome import CannotJump, Jumped, JumpResult
from agent_console.terminals.running import NotRun, run

LIMIT_SECONDS = 10.0
"""It starts an interpreter of its own."""


async def jump(working_dir: str | None) -> JumpResult:
    """Bring the window of a folder in front."""
    if working_dir is None:
        return CannotJump(
            "This session runs in a terminal of VS Code, and its folder is not known yet."
        )
    done = await run(["code", working_dir], seconds=LIMIT_SECONDS)
    if isinstance(done, NotRun):
        return CannotJump(
            f"VS Code did not open {working_dir}: {done.reason} Its command palette has "
            "`Shell Command: Install 'code' command in PATH`."
        )
    if done.code:
        return CannotJump(f"VS Code did not open {working_dir}: {done.complaint}.")
    return Jumped(f"the VS Code window of {working_dir}")
