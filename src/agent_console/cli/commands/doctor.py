"""`agent-console doctor`: check every link of the chain and say how to mend each."""

import click

from agent_console.cli.daemon_access import DaemonAccess, json_option, pass_daemon, socket_option
from agent_console.cli.output import emit, emit_json, narrate


@click.command("doctor")
@json_option
@socket_option
@pass_daemon
def command(daemon: DaemonAccess, as_json: bool) -> int:
    """Check every link of the chain and say how to mend each.

    From Claude Code's settings over hook, socket and daemon to the ledger. Changes nothing, starts
    nothing, and exits 1 when there is a problem.
    """
    from agent_console.cli.doctor import drawing  # noqa: PLC0415 - help needs none of it
    from agent_console.cli.doctor.examination import examine  # noqa: PLC0415
    from agent_console.cli.doctor.situation import gather  # noqa: PLC0415
    from agent_console.paths import socket_path  # noqa: PLC0415

    findings = examine(gather(socket_path(daemon.socket)))
    if as_json:
        emit_json(findings)
    else:
        emit(drawing.table(findings))
        narrate(drawing.summary(findings))
    return int(any(finding.level == "problem" for finding in findings))
