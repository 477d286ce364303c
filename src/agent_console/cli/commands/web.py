"""`agent-console web`: the dashboard in a browser.

Rule: what it shows is in agent_console/web; here is only how it is started.
"""

import os
import webbrowser
from ipaddress import ip_address

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, pass_daemon
from agent_console.cli.extras import need
from agent_console.cli.output import emit, narrate


def _address(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        raise click.BadParameter(f"`{value}` is no IP address like 127.0.0.1.") from None


def _url(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    from agent_console.web.serving.listening import shown_at  # noqa: PLC0415 - rarely needed

    try:
        return shown_at(value) if value else ""
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("web")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help="Default: 8377, or a free one when that is taken.",
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option(
    "--bind",
    default="127.0.0.1",
    metavar="ADDRESS",
    callback=_address,
    help="Listen on another address of this machine. Others may reach it then; nothing is "
    "encrypted.",
)
@click.option(
    "--unix",
    type=click.Path(dir_okay=False),
    metavar="PATH",
    help="Listen on a Unix socket of yours alone instead, for `ssh -L` or a reverse proxy.",
)
@click.option(
    "--url",
    default="",
    metavar="URL",
    callback=_url,
    help="Where a reverse proxy shows it, like https://console.example.org: that name is ours too.",
)
@daemon_options
@pass_daemon
def command(
    daemon: DaemonAccess, port: int | None, *, no_open: bool, bind: str, unix: str | None, url: str
) -> None:
    """Open the dashboard in the browser: live sessions, charts, budgets.

    The first line is its address. It holds the key: whoever has it can see everything, until
    Ctrl-C ends the dashboard. Only this machine can reach it, and it asks no other.

    \b
    From another machine, without a port that others could try:
      there  agent-console web --unix /run/user/1000/agent-console/web.sock
      here   ssh -L 8377:/run/user/1000/agent-console/web.sock THERE
    Then open the printed address here; with another port, write that into it.
    """  # noqa: D301 - click's own mark
    need("nicegui", "web", "The dashboard")
    if unix is not None and not ip_address(bind).is_loopback:
        raise click.UsageError("--unix and --bind exclude each other.")
    if not ip_address(bind).is_loopback:
        narrate(
            f"Warning: listening on {bind}, so other machines can try to connect, and what they "
            "and you send can be read on the way. An SSH tunnel to 127.0.0.1 is safer."
        )
    from agent_console import config  # noqa: PLC0415 - help needs no server
    from agent_console.web.serving.listening import Place  # noqa: PLC0415 - likewise
    from agent_console.web.serving.server import serve  # noqa: PLC0415 - imports NiceGUI

    def ready(address: str) -> None:
        emit(address)
        if unix is not None and not url:
            narrate(
                f"Listening on {unix}. From your machine: ssh -L {port or 8377}:"
                f"{os.path.abspath(unix)} HOST, then open the address."
            )
        elif not no_open:
            webbrowser.open(address)

    serve(
        daemon.socket,
        start=daemon.may_start,
        place=Place(bind, port, unix, url),
        config=config.load(),
        ready=ready,
    )
