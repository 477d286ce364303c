"""`agent-console list`: the board, once.

Rule: it imports no event loop; it is called from status bars and shell prompts.
"""

import os
import time

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import columns, emit, emit_json, is_terminal, narrate
from agent_console.cli.status_argument import STATUS
from agent_console.model.session import Status
from agent_console.protocol.messages import ListSessions


@click.command("list")
@click.option("--status", type=STATUS, help="Only sessions with this status.")
@click.option("--no-closed", is_flag=True, help="Leave out closed sessions.")
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, status: Status | None, no_closed: bool, as_json: bool) -> None:
    """Show all sessions, most urgent first.

    In a pipe the lines are as long as they need to be and the ids are whole.
    """
    request = ListSessions(status=status, include_closed=not no_closed)
    with daemon.connect() as client:
        if as_json:
            emit_json(client.request_raw(request))
            return
        sessions = client.request(request)
    if not sessions:
        narrate(_why_none(status, no_closed=no_closed))
        return
    from agent_console.board.session_table import session_table  # noqa: PLC0415 - draws: rich

    now_ms = time.time_ns() // 1_000_000
    cut = is_terminal()
    emit(session_table(sessions, now_ms, columns(wide=True), cut=cut), wide=True)


def _why_none(status: Status | None, *, no_closed: bool) -> str:
    if status is not None:
        return f"No session with status {status}."
    if no_closed:
        return "No sessions, or only closed ones."
    from agent_console.cli.install import manifest  # noqa: PLC0415 - only an empty board asks

    if os.path.exists(manifest.path()):
        return "No sessions. They appear when Claude Code runs; else ask `agent-console doctor`."
    return "No sessions. `agent-console install` makes Claude Code report its own."
