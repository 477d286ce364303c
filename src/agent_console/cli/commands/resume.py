"""`agent-console resume`: `claude --resume`, in the right folder and a new terminal.

Rule: only how to ask and what to print is here; see terminals/resuming.py.
"""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.cli.session_argument import full_id, session_argument
from agent_console.errors import NotPossibleError
from agent_console.protocol.messages import Get


@click.command("resume")
@session_argument
@click.option("--print", "only_print", is_flag=True, help="Print the command for a shell instead.")
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, *, session_id: str, only_print: bool, as_json: bool) -> None:
    """Go on with a closed session of Claude Code in a new terminal.

    Opens a window, tab or pane of the tmux, zellij, kitty or WezTerm that this runs in, or what
    `resume.command` of the configuration opens, and runs `claude --resume` there in the session's
    folder. Exits 6 when it cannot, and says what to type. ID may be the beginning of an id, also of
    a session that has left the board, as `agent-console usage session` lists them.
    """
    from agent_console.cli.event_loop import run  # noqa: PLC0415 - help needs none
    from agent_console.cli.left_session import left_session  # noqa: PLC0415
    from agent_console.config import load  # noqa: PLC0415
    from agent_console.paths import database_file  # noqa: PLC0415
    from agent_console.terminals.outcome import CannotOpen, Opened  # noqa: PLC0415
    from agent_console.terminals.resuming import (  # noqa: PLC0415
        Resumption,
        open_resumed,
        resumption,
    )

    config = load().resume
    with daemon.connect() as client:
        session_id = full_id(client, session_id)
        session = client.request(Get(session_id=session_id))
    if session is None:
        session = left_session(database_file(), session_id)
    found = resumption(session)
    can_open = not isinstance(found, CannotOpen) and not only_print
    result = run(open_resumed, session, config) if can_open else found
    message = result.message if isinstance(result, CannotOpen) else None
    where = result.where if isinstance(result, Opened) else None
    if as_json:
        how = None if isinstance(found, CannotOpen) else found
        emit_json(
            {
                "session_id": session_id,
                "command": None if how is None else how.command,
                "folder": None if how is None else how.folder,
                "opened": where,
                "message": message,
            }
        )
    elif isinstance(result, Resumption):
        emit(result.typed)
    elif where is not None:
        narrate(f"Opened {where}.")
    if message is not None:
        raise NotPossibleError(message)
