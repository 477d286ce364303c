"""`agent-console set`, with every option: what its fast path does not know comes here.

Rule: silent on success. It is called from hooks, whose stdout Claude Code reads.
"""

import os

import click
from msgspec import UNSET, UnsetType

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit_json
from agent_console.cli.session_argument import refuse_cut_short
from agent_console.cli.status_argument import STATUS
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession


def _priority(
    _context: click.Context, _parameter: click.Parameter, given: str | None
) -> int | None | UnsetType:
    """Like `_text`, for a number."""
    if not given:
        return UNSET if given is None else None
    try:
        return int(given)
    except ValueError:
        raise click.BadParameter(f"{given!r} is no whole number.") from None


@click.command("set")
@click.argument("session_id", metavar="ID")
@click.argument("status", type=STATUS, required=False)
@click.option("--working-dir", metavar="DIR", help="The folder it works in.")
@click.option("--label", help="Your name for it.")
@click.option(
    "--priority",
    metavar="INTEGER",
    callback=_priority,
    help="Higher stands first among sessions of one status.",
)
@click.option("--note", help="Your note on it.")
@click.option("--reason", help="Why it has this status.")
@click.option("--agent-type", metavar="NAME", help="Who runs in it (claude-code, agent-sdk, …).")
@json_option
@daemon_options
@pass_daemon
def command(
    daemon: DaemonAccess,
    *,
    session_id: str,
    status: Status | None,
    working_dir: str | None,
    label: str | None,
    priority: int | None | UnsetType,
    note: str | None,
    reason: str | None,
    agent_type: str | None,
    as_json: bool,
) -> None:
    """Create a session or change its status, label, priority or note.

    ID is the whole id; one that is unknown makes a new session. STATUS is working, attention,
    question or closed; for a session that is known it may be left out. An option that is not given
    changes nothing; an empty text clears the field.
    """
    request = SetSession(
        session_id=session_id,
        status=UNSET if status is None else status,
        working_dir=_text(os.path.abspath(working_dir) if working_dir else working_dir),
        label=_text(label),
        priority=priority,
        note=_text(note),
        reason=_text(reason),
        agent_type=_text(agent_type),
    )
    with daemon.connect() as client:
        refuse_cut_short(client, session_id)
        data = client.request_raw(request)
    if as_json:
        emit_json(data)


def _text(given: str | None) -> str | None | UnsetType:
    """Not given: unchanged. Empty: cleared."""
    return UNSET if given is None else given or None
