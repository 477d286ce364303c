"""`agent-console install`: connect Claude Code, and systemd if wanted, with agent-console."""

import click

from agent_console.cli.daemon_access import DaemonAccess, json_option, pass_daemon, socket_option
from agent_console.cli.output import emit, emit_json, narrate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.cli.install.apply import Installed


@click.command("install")
@click.option("--project", is_flag=True, help="Only in this project's .claude/settings.json.")
@click.option(
    "--config-dir",
    "config_dirs",
    multiple=True,
    metavar="DIR",
    help="A Claude Code folder, when it is not the usual one. May be given several times.",
)
@click.option(
    "--statusline/--no-statusline",
    default=None,
    help="Show our status line; one of your own is run by it and shown too. Or give it back.",
)
@click.option(
    "--gate/--no-gate",
    default=None,
    help="Have Claude Code stop when a hard budget is spent (`budget set --hard`). Or no more.",
)
@click.option("--systemd", is_flag=True, help="Let your systemd hold the socket and the daemon.")
@click.option("--hardening", is_flag=True, help="With --systemd: stricter walls; see the README.")
@click.option("--dry-run", is_flag=True, help="Show what would change and change nothing.")
@json_option
@socket_option
@pass_daemon
def command(
    daemon: DaemonAccess,
    *,
    project: bool,
    config_dirs: tuple[str, ...],
    statusline: bool | None,
    gate: bool | None,
    systemd: bool,
    hardening: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Connect Claude Code with agent-console.

    Adds our hooks to settings.json and leaves every other byte of it as it is; `uninstall` gives it
    back as it was. Running it again brings an older installation up to date.
    """
    from agent_console.cli.install import apply, targets, telling  # noqa: PLC0415 - help needs none
    from agent_console.paths import socket_path  # noqa: PLC0415

    if hardening and not systemd:
        raise click.UsageError("--hardening belongs to --systemd.")
    options = apply.Options(
        targets.settings_files(config_dirs, project=project),
        socket_path(daemon.socket),
        statusline,
        systemd,
        hardening,
        gate,
    )
    done = apply.plan(options) if dry_run else apply.apply(options, narrate)
    if as_json:
        emit_json(
            {
                "dry_run": dry_run,
                "changes": telling.as_data(done.changes),
                "python": done.python,
                "socket": done.socket,
                "status_lines": done.status_lines,
                "gates": done.gates,
                "commands": done.commands,
                "problems": done.problems,
            }
        )
    elif dry_run:
        narrate("Nothing was changed. This would be:")
        emit(telling.differences(done.changes) or "Nothing: everything is in place.")
    else:
        emit(_sentences(done))
    for problem in done.problems:
        narrate(f"agent-console: {problem}")
    return 1 if done.problems else 0


def _sentences(done: "Installed") -> str:
    from agent_console.cli.install.telling import action, short  # noqa: PLC0415

    words = {"created": "made", "changed": "changed", "removed": "removed"}
    lines = [
        f"{words[action(change)].capitalize()} {short(change.path)}"
        for change in done.changes
        if change.changes
    ]
    lines = lines or ["Everything was in place already."]
    lines += [f"The status line of {short(path)} is ours." for path in done.status_lines]
    lines += [f"The gate is in {short(path)}: hard budgets stop sessions." for path in done.gates]
    if done.commands:
        lines += ["Your systemd could not be reached. Where it runs, type:"]
        lines += [f"  {line}" for line in done.commands]
    lines += ["Sessions that run now take it up by themselves. Check: agent-console doctor"]
    return "\n".join(lines)
