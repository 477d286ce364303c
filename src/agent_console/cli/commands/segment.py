"""`agent-console segment` with its help; printed once without click when the arguments are plain.

Rule: it never starts a daemon, and what it prints is cli/segment_text.py's, once and with
`--follow`.
"""

from contextlib import suppress

import click

from agent_console.cli.daemon_access import DaemonAccess, pass_daemon, socket_option
from agent_console.cli.fast_segment import print_segment
from agent_console.cli.segment_text import FORMATS


@click.command("segment")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="plain",
    show_default=True,
    help="For which bar.",
)
@click.option("--follow", is_flag=True, help="Print a line at each change, until Ctrl-C.")
@socket_option
@pass_daemon
def command(daemon: DaemonAccess, *, form: str, follow: bool) -> int:
    """Print a segment for a status bar: who waits, costs and limits.

    `?` sessions ask you something, `!` wait for you, `▸` work; then today's cost and how much of
    the account's limits is used. Without a daemon it prints a dash, starts none and exits 4; with
    --follow it waits for one.
    """
    if not follow:
        return print_segment(form, daemon.socket)
    from agent_console.cli.following_segment import follow_segment  # noqa: PLC0415 - event loop

    with suppress(KeyboardInterrupt):
        follow_segment(form, daemon.socket)
    return 0
