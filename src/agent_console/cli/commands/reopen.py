"""`agent-console reopen`: a closed session needs attention again."""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit_json
from agent_console.cli.session_argument import full_id, session_argument
from agent_console.protocol.messages import Reopen


@click.command("reopen")
@session_argument
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, session_id: str, as_json: bool) -> None:
    """Bring a closed session back to attention.

    Exits 6 when it is not closed. ID may be the beginning of an id.
    """
    with daemon.connect() as client:
        data = client.request_raw(Reopen(session_id=full_id(client, session_id)))
    if as_json:
        emit_json(data)
