"""`agent-console wait`: for scripts that go on when a session needs them.

Rule: the exit code says everything; it never waits for what cannot come any more.
"""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit, emit_json
from agent_console.cli.session_argument import full_id, session_argument, unknown
from agent_console.cli.status_argument import STATUS
from agent_console.client.following import follow
from agent_console.errors import RequestRefusedError, TimedOutError
from agent_console.model.session import Session, Status
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import SessionRemoved, Snapshot


@click.command("wait")
@session_argument
@click.option(
    "--status",
    "statuses",
    type=STATUS,
    multiple=True,
    default=(Status.ATTENTION, Status.QUESTION),
    help="What to wait for; may be given several times. Default: attention or question.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Give up after so long (exit 124). Default: never.",
)
@click.option("--may-be-new", is_flag=True, help="The session may not exist yet: wait for it.")
@json_option
@daemon_options
@pass_daemon
def command(
    daemon: DaemonAccess,
    *,
    session_id: str,
    statuses: tuple[Status, ...],
    timeout: float | None,
    may_be_new: bool,
    as_json: bool,
) -> None:
    """Wait until a session has a status.

    Prints that status (with --json the session) and exits 0, also when it has it already.
    Exits 124 after the time-out; 5 when there is no such session or it is taken off the board; 6
    when it closes (or is closed) and `closed` was not waited for. A daemon that restarts meanwhile
    does not matter. ID may be the beginning of an id.
    """
    with daemon.connect() as client:
        session_id = full_id(client, session_id)
    for item in follow(daemon.socket, ("session",), timeout=timeout):
        if not isinstance(item, Notification):
            continue
        session = _about(session_id, item, may_be_new=may_be_new)
        if session is None:
            continue
        if session.status in statuses:
            if as_json:
                emit_json(session)
            else:
                emit(session.status.value)
            return
        if session.status is Status.CLOSED:
            raise RequestRefusedError("conflict", f"Session {session_id} is closed.")
    raise TimedOutError(
        f"Session {session_id} did not become {' or '.join(statuses)} within {timeout:g} s."
    )


def _about(session_id: str, item: Notification, *, may_be_new: bool) -> Session | None:
    """The session as the notification tells it, None when it is about another one.

    Raises:
        RequestRefusedError: It is not on the board, or no longer.
    """
    match item.data:
        case Session() as session if session.session_id == session_id:
            return session
        case SessionRemoved(removed) if removed == session_id:
            raise unknown(session_id)
        case Snapshot(sessions=sessions):
            for session in sessions:
                if session.session_id == session_id:
                    return session
            if not may_be_new:
                raise unknown(session_id)
            return None
        case _:
            return None
