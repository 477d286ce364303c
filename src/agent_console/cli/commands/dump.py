"""`agent-console dump`: the daemon's whole state, for a bug report or a script."""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit_json
from agent_console.protocol.messages import Dump


@click.command("dump")
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, as_json: bool) -> None:
    """Print everything the daemon knows as JSON.

    It is always JSON; --json puts it on one line on a terminal too.
    """
    with daemon.connect() as client:
        emit_json(client.request_raw(Dump()), line=as_json)
