"""`agent-console meta`: what a session has used."""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit, emit_json
from agent_console.cli.session_argument import full_id, session_argument, unknown
from agent_console.client.answers import decoded
from agent_console.model.metadata import SessionMetadata
from agent_console.protocol.messages import Meta_


@click.command("meta")
@session_argument
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, session_id: str, as_json: bool) -> None:
    """Show the tokens and costs of a session.

    ID is its UUID, or the beginning of one that is on the board. Exits 5 when nobody knows it, for
    which --json prints `null`, and 7 when ID is neither.
    """
    with daemon.connect() as client:
        session_id = full_id(client, session_id)
        request = Meta_(session_id=session_id)
        data = client.request_raw(request)
    metadata: SessionMetadata | None = decoded(request, data)
    if as_json:
        emit_json(data)
    elif metadata is not None:
        from agent_console.cli.fields import fields  # noqa: PLC0415 - draws: rich
        from agent_console.cli.session_detail import usage_rows  # noqa: PLC0415 - draws: rich

        emit(fields(usage_rows(metadata)))
    if metadata is None:
        raise unknown(session_id)
