"""`agent-console seen`: the person has looked at a session."""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit_json
from agent_console.cli.session_argument import full_id, session_argument
from agent_console.protocol.messages import Seen


@click.command("seen")
@session_argument
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, session_id: str, as_json: bool) -> None:
    """Mark a session as looked at.

    It then stands below the unseen ones of its status, until its status changes. ID may be the
    beginning of an id.
    """
    with daemon.connect() as client:
        data = client.request_raw(Seen(session_id=full_id(client, session_id)))
    if as_json:
        emit_json(data)
