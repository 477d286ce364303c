"""iTerm2, by AppleScript (https://iterm2.com/documentation-scripting.html).

Rule: the id travels as an argument of the script and is never part of its text.
"""

from agent_console.model.session import Terminal
from agent_console.terminals.outcome import CannotJump, Jumped, JumpResult
from agent_console.terminals.running import NotRun, run

SCRIPT = """\
on run argv
  set wanted to item 1 of argv
  tell application "iTerm2"
    repeat with aWindow in windows
      repeat with aTab in tabs of aWindow
        repeat with aSession in sessions of aTab
          if unique ID of aSession is wanted then
            tell aWindow to select
            tell aTab to select
            tell aSession to select
            activate
            return "found"
          end if
        end repeat
      end repeat
    end repeat
  end tell
  return "gone"
end run
"""


async def jump(terminal: Terminal) -> JumpResult:
    """Select a session, its tab and its window, and bring iTerm2 in front."""
    # `w0t1p0:UUID`: where it was once, and its unique ID.
    session = (terminal.iterm_session_id or "").rpartition(":")[2]
    done = await run(["osascript", "-e", SCRIPT, session])
    if isinstance(done, NotRun):
        return CannotJump(f"iTerm2 did not go to the session: {done.reason}")
    if done.code:
        return CannotJump(
            f"iTerm2 did not go to the session: {done.complaint}. macOS asks once whether it may "
            "be controlled: see Privacy & Security, Automation, in the system's settings."
        )
    if done.stdout.strip() != "found":
        return CannotJump("iTerm2 has no such session any more: it was closed.")
    return Jumped("iTerm2")
