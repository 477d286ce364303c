"""`agent-console rm`: take a session off the board."""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit_json
from agent_console.cli.session_argument import full_id, session_argument, unknown
from agent_console.protocol.codec import decode_data
from agent_console.protocol.messages import Remove, Removed


@click.command("rm")
@session_argument
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, session_id: str, as_json: bool) -> None:
    """Take a session off the board; its costs stay counted.

    Exits 5 when it is not there. ID may be the beginning of an id.
    """
    with daemon.connect() as client:
        session_id = full_id(client, session_id)
        data = client.request_raw(Remove(session_id=session_id))
    if as_json:
        emit_json(data)
    if not decode_data(data, Removed).removed:
        raise unknown(session_id)
