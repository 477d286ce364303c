"""`agent-console jump`: to the terminal of a session.

Rule: only how to ask and what to print is here; which terminals there are is in terminals/.
"""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit_json
from agent_console.cli.session_argument import full_id, session_argument, unknown
from agent_console.errors import NotPossibleError
from agent_console.protocol.messages import Get, Seen


@click.command("jump")
@session_argument
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, session_id: str, as_json: bool) -> None:
    """Bring a session's terminal in front.

    Knows tmux, zellij, kitty, WezTerm, iTerm2 and windows of VS Code; for others write
    `[[jump.commands]]` into the configuration. The session counts as looked at then. Exits 6 when
    its terminal cannot be reached and says why (with --json also on stdout). ID may be the
    beginning of an id.
    """
    from agent_console.cli.event_loop import run  # noqa: PLC0415 - help needs none
    from agent_console.config import load  # noqa: PLC0415
    from agent_console.terminals.jumping import jump  # noqa: PLC0415
    from agent_console.terminals.outcome import CannotJump  # noqa: PLC0415

    config = load().jump
    with daemon.connect() as client:
        session_id = full_id(client, session_id)
        session = client.request(Get(session_id=session_id))
        if session is None:
            raise unknown(session_id)
        result = run(jump, session, config)
        if not isinstance(result, CannotJump):
            client.request(Seen(session_id=session_id))
    message = result.message if isinstance(result, CannotJump) else None
    where = None if isinstance(result, CannotJump) else result.where
    if as_json:
        told = {"session_id": session_id, "jumped": message is None}
        emit_json({**told, "where": where, "message": message})
    if message is not None:
        raise NotPossibleError(message)
