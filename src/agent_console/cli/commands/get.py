"""`agent-console get`: one session, whole."""

import time

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit, emit_json
from agent_console.cli.session_argument import full_id, session_argument, unknown
from agent_console.client.answers import decoded
from agent_console.model.session import Session
from agent_console.protocol.messages import Get


@click.command("get")
@session_argument
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, session_id: str, as_json: bool) -> None:
    """Show one session with its history.

    ID may be the beginning of an id. Exits 5 when there is no such session; with --json it prints
    `null` then.
    """
    with daemon.connect() as client:
        session_id = full_id(client, session_id)
        request = Get(session_id=session_id)
        data = client.request_raw(request)
    session: Session | None = decoded(request, data)
    if as_json:
        emit_json(data)
    elif session is not None:
        from agent_console.cli.session_detail import session_detail  # noqa: PLC0415 - draws: rich

        emit(session_detail(session, time.time_ns() // 1_000_000))
    if session is None:
        raise unknown(session_id)
