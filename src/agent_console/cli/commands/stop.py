"""`agent-console stop`: end the daemon."""

import click

from agent_console.cli.daemon_access import DaemonAccess, json_option, pass_daemon, socket_option
from agent_console.cli.output import emit_json, narrate

force_option = click.option(
    "--force", is_flag=True, help="Also while sessions are working, or when it does not answer."
)


@click.command("stop")
@force_option
@json_option
@socket_option
@pass_daemon
def command(daemon: DaemonAccess, force: bool, as_json: bool) -> None:
    """End the daemon.

    Returns when it is gone. Exits 6 while sessions are working, unless --force; that no daemon runs
    is no failure.
    """
    from agent_console.cli import running_daemon  # noqa: PLC0415 - help needs no control

    stopped = running_daemon.end(daemon.socket, force=force)
    if as_json:
        emit_json({"stopped": stopped})
    elif not stopped:
        narrate("No daemon was running.")
