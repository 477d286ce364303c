"""`agent-console daemon …`: run it in front, or look after the one behind.

Rule: `run` is what systemd and clients start; it imports the server and nothing of the terminal.
"""

import os
from collections import deque

import click

from agent_console.cli.commands.status import command as status_command
from agent_console.cli.commands.stop import command as stop_command, force_option
from agent_console.cli.daemon_access import DaemonAccess, json_option, pass_daemon, socket_option
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.errors import AgentConsoleError
from agent_console.paths import log_path


@click.group("daemon")
def command() -> None:
    """Run, start, stop and inspect the daemon.

    Other commands start it when they need it; none of this is needed for daily work.
    """


@command.command("run")
@socket_option
@pass_daemon
def run(daemon: DaemonAccess) -> int:
    """Run the daemon in the foreground.

    Exits 3 when another one holds the socket.
    """
    from agent_console.daemon.serve import serve  # noqa: PLC0415 - nobody else needs the server

    return serve(daemon.socket)


@command.command("start")
@json_option
@socket_option
@pass_daemon
def start(daemon: DaemonAccess, as_json: bool) -> None:
    """Start the daemon in the background.

    That it runs already is no failure.
    """
    from agent_console.cli import daemon_control  # noqa: PLC0415 - `run` needs no control

    pong = daemon_control.start(daemon.socket)
    if as_json:
        emit_json(pong)
    else:
        narrate(f"The daemon runs (pid {pong.pid}).")


command.add_command(stop_command)
command.add_command(status_command)


@command.command("restart")
@force_option
@json_option
@socket_option
@pass_daemon
def restart(daemon: DaemonAccess, force: bool, as_json: bool) -> None:
    """Stop the daemon and start it again.

    Exits 6 while sessions are working, unless --force.
    """
    from agent_console.cli import daemon_control, running_daemon  # noqa: PLC0415 - likewise

    running_daemon.end(daemon.socket, force=force)
    pong = daemon_control.start(daemon.socket)
    if as_json:
        emit_json(pong)
    else:
        narrate(f"The daemon runs (pid {pong.pid}).")


@command.command("logs")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is logged from now on.")
@click.option("-n", "--lines", type=click.IntRange(min=0), default=100, show_default=True)
@json_option
@pass_daemon
def logs(daemon: DaemonAccess, *, follow: bool, lines: int, as_json: bool) -> None:
    """Show the daemon's log.

    A daemon that systemd started logs to the journal; then this says how to read it there.
    """
    from agent_console.cli import daemon_control  # noqa: PLC0415 - `run` needs no control

    if follow and as_json:
        raise click.UsageError("--follow goes on for ever and is no JSON document.")
    if daemon_control.is_managed_by_systemd(daemon.socket):
        said = f"journalctl --user -u {daemon_control.UNIT} -n {lines}" + (" -f" if follow else "")
        emit_json({"command": said}) if as_json else emit(said)
        return
    log = log_path()
    if not log.exists():
        raise AgentConsoleError(f"There is no log at {log}: no command has started a daemon yet.")
    if follow:
        # tail knows about rotation and is on every system we support.
        os.execvp("tail", ["tail", "-n", str(lines), "-F", str(log)])  # noqa: S606
    with log.open(encoding="utf-8", errors="replace") as file:
        last = deque(file, maxlen=lines)
    if as_json:
        emit_json({"path": str(log), "lines": [line.removesuffix("\n") for line in last]})
        return
    for line in last:
        emit(line)
