"""`agent-console monitor`: activity, pace and the day's costs, live.

Rule: it outlives daemons. Only Ctrl-C, a closed pipe or the first attempt to connect end it.
"""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon


@click.command("monitor")
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, as_json: bool) -> None:
    """Show who is active, how fast it costs and what today comes to, live.

    Active sessions, tokens and dollars per minute over the last five responses and the last hour,
    what today comes to if it goes on like this, and the last 20 events. It ends with Ctrl-C (exit
    0). When the daemon goes away it waits for it; it starts one only at the beginning. In a pipe it
    is printed once. With --json: an object per line, at each change; its `events` are those since
    the line before.
    """
    from agent_console.cli.monitor.showing import monitor  # noqa: PLC0415 - help needs none

    daemon.connect().close()
    try:
        monitor(daemon.socket, as_json=as_json)
    except KeyboardInterrupt:
        return
