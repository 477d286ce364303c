"""`agent-console watch`: follow the board in a terminal or a script.

Rule: it outlives daemons. Only Ctrl-C, a closed pipe or the first attempt to connect end it.
"""

from datetime import datetime

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit, emit_json, narrate, refuse_closed_output
from agent_console.client.cursor import Disconnected, Reconnected
from agent_console.client.following import follow
from agent_console.config import load
from agent_console.protocol.messages import TOPICS, Snapshot


@click.command("watch")
@click.option("--activity", is_flag=True, help="Also tell every tool a session uses.")
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, activity: bool, as_json: bool) -> None:
    """Follow all changes as they happen.

    It begins with the board as it is and ends with Ctrl-C (exit 0). When the daemon goes away it
    waits for it and goes on where it was; it starts one only at the beginning. With --json: every
    notification of the protocol, one per line, the first a `snapshot`.
    """
    daemon.connect().close()
    try:
        _watch(daemon.socket, activity=activity, as_json=as_json)
    except KeyboardInterrupt:
        return


def _watch(socket: str | None, *, activity: bool, as_json: bool) -> None:
    from agent_console.board.watch_lines import WatchLines  # noqa: PLC0415 - draws: rich

    lines = WatchLines(activity=activity)
    zone = load().display.zone
    for item in follow(socket, TOPICS if as_json else ("session", "alert")):
        match item:
            case Disconnected():
                narrate("The daemon is gone. Waiting for it to come back…")
            case Reconnected():
                narrate("The daemon is back.")
            case _ if as_json:
                emit_json(item, line=True)
            case notification:
                if isinstance(notification.data, Snapshot) and not notification.data.sessions:
                    narrate("No sessions yet. Changes are told here as they come; Ctrl-C ends it.")
                clock = datetime.now(zone).strftime("%H:%M:%S")
                for line in lines.lines(notification, clock):
                    emit(line, wide=True)
                refuse_closed_output()
