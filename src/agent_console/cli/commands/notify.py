"""`agent-console notify`: notifications without a front end.

Rule: it outlives daemons. Only Ctrl-C, a closed pipe or the first attempt to connect end it.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.paths import socket_path

if TYPE_CHECKING:
    from agent_console.config import Config
    from agent_console.config_notifications import Via
    from agent_console.model.session import Session
    from agent_console.notifications.notifier import Told


@click.command("notify")
@click.option("--existing", is_flag=True, help="Tell also of sessions that wait already.")
@click.option(
    "--via",
    type=click.Choice(["auto", "desktop", "terminal", "none"]),
    help="Where, instead of what `notifications.via` says; none only prints.",
)
@json_option
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, *, existing: bool, via: "Via | None", as_json: bool) -> None:
    """Tell you of sessions that begin to wait, until Ctrl-C.

    Each change is told once, by the desktop's notifications or the terminal's, and printed here;
    not while you look at the session's own terminal, nor in quiet hours (`[notifications]` of the
    configuration). A click on a notification of the desktop jumps to the session. Commands of
    yours for alerts (`[[alerts.on]]`) are run. While the terminal app is open, it tells, and this
    takes over when that ends; with --via none it prints all the same. When the daemon goes away it
    waits for it; it starts one only at the beginning. With --json: one object per line.
    """
    from agent_console.cli.event_loop import run  # noqa: PLC0415 - help needs none
    from agent_console.config import load  # noqa: PLC0415

    config = load()
    daemon.connect().close()
    try:
        run(_notify, daemon.socket, config, existing, via, as_json)
    except KeyboardInterrupt:
        return


async def _notify(
    socket: str | None, config: "Config", existing: bool, via: "Via | None", as_json: bool
) -> None:
    import anyio  # noqa: PLC0415

    from agent_console.client.blocking import TIMEOUT_SECONDS  # noqa: PLC0415
    from agent_console.client.cursor import Disconnected, Reconnected  # noqa: PLC0415
    from agent_console.client.subscription import Subscription  # noqa: PLC0415
    from agent_console.model.usage import Alert  # noqa: PLC0415
    from agent_console.notifications.alert_hooks import AlertHooks  # noqa: PLC0415
    from agent_console.notifications.notifier import Notifier  # noqa: PLC0415
    from agent_console.notifications.speaker import Speaker  # noqa: PLC0415
    from agent_console.terminals.jumping import jump  # noqa: PLC0415
    from agent_console.terminals.outcome import CannotJump  # noqa: PLC0415

    async def go_to(session: "Session") -> None:
        result = await jump(session, config.jump)
        if isinstance(result, CannotJump):
            narrate(result.message)

    async def run_hooks(alert: Alert) -> None:
        for ran in await hooks.take(alert):
            if ran.detail:
                narrate(ran.detail)

    hooks = AlertHooks(config.alerts.on)
    only_prints = (via or config.notifications.via) == "none"
    async with anyio.create_task_group() as tasks:

        def clicked(session: "Session") -> None:
            tasks.start_soon(go_to, session)

        notifier = Notifier(config, existing=existing, via=via, on_click=clicked)
        path = socket_path(socket)
        speaker = Speaker(socket)  # its lock goes with this process
        if not only_prints and not speaker.speaks():
            narrate("Another agent-console tells already; this one takes over when that ends.")
        async with Subscription(path, ("session", "alert"), TIMEOUT_SECONDS) as changes:
            async for item in changes:
                match item:
                    case Disconnected():
                        narrate("The daemon is gone. Waiting for it to come back…")
                    case Reconnected():
                        narrate("The daemon is back.")
                    case notification if only_prints or speaker.speaks():
                        if isinstance(notification.data, Alert):
                            tasks.start_soon(run_hooks, notification.data)
                        for told in await notifier.take(notification):
                            _print(told, config, as_json=as_json)
                    case notification:
                        notifier.pass_over(notification)


def _print(told: "Told", config: "Config", *, as_json: bool) -> None:
    now = datetime.now(config.display.zone)
    notice = told.notice
    if as_json:
        session = notice.session
        emit_json(
            {
                "at": now.isoformat(timespec="milliseconds"),
                "title": notice.title,
                "body": notice.body,
                "by": told.by,
                "session_id": None if session is None else session.session_id,
                "status": None if session is None else session.status,
                "reason": None if session is None else session.reason,
            },
            line=True,
        )
    else:
        said = ": ".join(filter(None, (notice.title, notice.body)))
        emit(f"{now:%H:%M:%S}  {said}")
