"""`agent-console status`: how the daemon is doing.

Rule: asking never starts one.
"""

import click

from agent_console.cli.daemon_access import DaemonAccess, json_option, pass_daemon, socket_option
from agent_console.cli.output import emit, emit_json
from agent_console.protocol.codec import decode_data
from agent_console.protocol.messages import ServerStatus, ServerStatusResult


@click.command("status")
@json_option
@socket_option
@pass_daemon
def command(daemon: DaemonAccess, as_json: bool) -> None:
    """Show how the daemon is doing.

    Exits 4 when none runs.
    """
    with daemon.connect_to_running() as client:
        data = client.request_raw(ServerStatus())
    if as_json:
        emit_json(data)
        return
    from agent_console.cli.daemon_detail import daemon_rows  # noqa: PLC0415 - draws: rich
    from agent_console.cli.fields import fields  # noqa: PLC0415 - draws: rich

    emit(fields(daemon_rows(decode_data(data, ServerStatusResult))), wide=True)
