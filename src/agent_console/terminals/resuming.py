"""Go on with a session that has ended: `claude --resume` in its folder, in a new terminal.

Rule: a session that still runs is never resumed: two processes would write one transcript. The
folder decides where Claude Code looks for the transcript, so it has to be the session's own.
"""

import os
import shlex
import shutil
from collections.abc import Mapping

import anyio
from msgspec import Struct

from agent_console.config_terminals import ResumeConfig
from agent_console.model.session import AgentType, Session
from agent_console.terminals import kitty, starting, tmux, wezterm, zellij
from agent_console.terminals.outcome import CannotOpen, OpenResult

_PROJECTS = "projects"


class Resumption(Struct, frozen=True, gc=False):
    """How a session is resumed.

    Attributes:
        command: The program and its arguments.
        folder: Where it has to be started.
    """

    command: tuple[str, ...]
    folder: str

    @property
    def typed(self) -> str:
        """The same for a shell, on one line."""
        return f"cd -- {shlex.quote(self.folder)} && {shlex.join(self.command)}"


def resumption(
    session: Session, environ: Mapping[str, str] | None = None
) -> Resumption | CannotOpen:
    """How a session is resumed; a sentence when it cannot be.

    Args:
        session: The session; that it is closed is for the caller to see to.
        environ: The environment of the terminal that is to run it; null: the process's.
    """
    if session.agent_type != AgentType.CLAUDE_CODE:
        return CannotOpen(
            f"This is a session of {session.agent_type}; only Claude Code's can be resumed."
        )
    if session.working_dir is None:
        return CannotOpen(
            "The folder of this session is not known, and Claude Code finds its conversation "
            f"only there: `agent-console set {session.session_id} --working-dir FOLDER` tells it."
        )
    here = os.environ if environ is None else environ
    command: tuple[str, ...] = ("claude", "--resume", session.session_id)
    config_dir = config_dir_of(session.transcript_path)
    if config_dir is not None and not _is_usual(config_dir, here):
        command = ("env", f"CLAUDE_CONFIG_DIR={config_dir}", *command)
    return Resumption(command, session.working_dir)


async def open_resumed(
    session: Session,
    config: ResumeConfig,
    *,
    environ: Mapping[str, str] | None = None,
) -> OpenResult:
    """Resume a session in a new terminal: the user's command, else a tab of what we are in.

    Args:
        session: The session.
        config: The user's command.
        environ: The environment that says where we are ourselves; null: the process's.
    """
    here = os.environ if environ is None else environ
    found = resumption(session, here)
    if isinstance(found, CannotOpen):
        return found
    if not session.closed:
        return CannotOpen(
            "This session still runs: "
            f"`agent-console jump {session.session_id}` goes to its terminal."
        )
    if not await anyio.Path(found.folder).is_dir():
        return CannotOpen(f"The folder of this session is gone: {found.folder}.")
    if shutil.which("claude", path=here.get("PATH")) is None:
        return CannotOpen(f"`claude` is not on the PATH here; type this where it is: {found.typed}")
    # A new tab has the environment of the terminal, which may never have seen the person's PATH.
    command = ("env", f"PATH={here.get('PATH', os.defpath)}", *_without_env(found.command))
    return await _open(Resumption(command, found.folder), found.typed, config, here, session)


async def _open(
    found: Resumption,
    typed: str,
    config: ResumeConfig,
    here: Mapping[str, str],
    session: Session,
) -> OpenResult:
    name = session.label or session.display_name
    if config.command:
        return await starting.start((*config.command, *found.command), found.folder, session)
    if here.get("TMUX"):
        return await tmux.open_window(here, found.command, found.folder, name)
    if here.get("ZELLIJ_SESSION_NAME"):
        return await zellij.open_tab(here, found.command, found.folder, name)
    if here.get("TERM_PROGRAM") != "WezTerm" and here.get("KITTY_WINDOW_ID"):
        return await kitty.open_tab(here, found.command, found.folder, name)
    if here.get("WEZTERM_PANE"):
        return await wezterm.open_tab(here, found.command, found.folder)
    return CannotOpen(f"Type this into a terminal: {typed}")


def config_dir_of(transcript_path: str | None) -> str | None:
    """Claude Code's folder, from `<folder>/projects/<project>/<id>.jsonl`."""
    parts = (transcript_path or "").rsplit("/", 3)
    return parts[0] if len(parts) == 4 and parts[1] == _PROJECTS and parts[0] else None


def _is_usual(config_dir: str, environ: Mapping[str, str]) -> bool:
    """Whether Claude Code looks there by itself."""
    home = environ.get("HOME") or os.path.expanduser("~")
    return config_dir == f"{home}/.claude" and not environ.get("CLAUDE_CONFIG_DIR")


def _without_env(command: tuple[str, ...]) -> tuple[str, ...]:
    return command[1:] if command[0] == "env" else command
