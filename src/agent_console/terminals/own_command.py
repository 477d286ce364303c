"""Commands of the user's own, from the configuration.

Rule: no shell reads them and nothing is put into them: what they are about stands in their
environment, as `AGENT_CONSOLE_` and the name of a field, and as JSON on their stdin.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from agent_console.config_terminals import JumpCommand, JumpConfig
from agent_console.model.session import Session, Terminal
from agent_console.terminals.outcome import CannotJump, Jumped, JumpResult
from agent_console.terminals.running import NotRun, run

_PREFIX = "AGENT_CONSOLE_"


def matching(commands: Sequence[JumpCommand], session: Session) -> JumpCommand | None:
    """The first command that is for this session."""
    facts = _facts(session)
    for command in commands:
        if all(
            (value := facts.get(key.upper())) is not None and fnmatchcase(value, pattern)
            for key, pattern in command.when.items()
        ):
            return command
    return None


async def jump(command: JumpCommand, session: Session, config: JumpConfig) -> JumpResult:
    """Let the user's command bring the terminal in front."""
    done = await run(
        command.command,
        seconds=config.limit_seconds,
        env=environment(session),
        stdin=msgspec.json.encode(session) + b"\n",
    )
    if isinstance(done, NotRun):
        return CannotJump(f"Your command for this session: {done.reason}")
    if done.code:
        return CannotJump(f"Your command `{command.command[0]}` failed: {done.complaint}.")
    return Jumped(f"by your command `{command.command[0]}`")


def environment(session: Session) -> dict[str, str]:
    """A session as variables: every field that is a text or a number, and where it runs."""
    return {f"{_PREFIX}{name}": value for name, value in _facts(session).items()}


def _facts(session: Session) -> dict[str, str]:
    terminal = session.terminal or Terminal()
    told = {
        name: value
        for struct in (session, terminal)
        for name in struct.__struct_fields__
        if isinstance(value := getattr(struct, name), str | int | float)
    }
    return {
        name.upper(): text
        for name, value in told.items()
        if "\0" not in (text := str(value).lower() if isinstance(value, bool) else str(value))
    }
