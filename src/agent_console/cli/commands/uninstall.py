"""`agent-console uninstall`: take out what install put in, or everything we ever wrote."""

from typing import Any

import click

from agent_console.cli.daemon_access import DaemonAccess, json_option, pass_daemon, socket_option
from agent_console.cli.output import emit, emit_json, is_interactive, narrate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


@click.command("uninstall")
@click.option("--purge", is_flag=True, help="Also what otherwise stays; it asks before.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before --purge.")
@click.option("--dry-run", is_flag=True, help="Show what would change and change nothing.")
@json_option
@socket_option
@pass_daemon
def command(daemon: DaemonAccess, *, purge: bool, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Take out what install put in.

    Settings that nobody edited since become what they were, byte for byte; others lose our entries
    and nothing else. What stays are the database, backups of settings, the configuration, the log
    and a daemon that runs; --purge asks, ends every daemon and removes these too. Then nothing
    stays but what is not ours: files of other names in our folders, and what links lead to.
    """
    from agent_console.cli.install import purge as purging, telling, uninstall  # noqa: PLC0415
    from agent_console.paths import database_path, socket_path  # noqa: PLC0415

    sockets = purging.sockets(socket_path(daemon.socket))
    purged = purging.plan(sockets) if purge else purging.Purge([], [], [])
    if purge and not purged.gone and not uninstall.plan().changes:
        yes = True  # there is nothing to ask about
    if purge and not dry_run and not yes:
        _ask(purged.gone, as_json=as_json)
    done = uninstall.plan() if dry_run else uninstall.apply(narrate)
    problems = list(done.problems)
    if purge and not dry_run and not problems:
        emptied = [change.path.parent for change in done.changes if change.after is None]
        purged = purging.apply(sockets, emptied, narrate)
        problems += purged.problems
    kept = None if purge or not database_path().exists() else str(database_path())
    if as_json:
        said: dict[str, Any] = {
            "dry_run": dry_run,
            "changes": telling.as_data(done.changes),
            "purged": [str(path) for path in purged.gone],
            "kept_foreign": [str(path) for path in purged.kept],
            "kept_database": kept,
            "commands": done.commands,
            "problems": problems,
        }
        emit_json(said)
    elif dry_run:
        narrate("Nothing was changed. This would be:")
        lines = telling.differences(done.changes)
        lines += "".join(f"remove {telling.whole(path)}\n" for path in purged.gone)
        emit(lines or "Nothing: there is nothing of ours.")
    else:
        lines = "".join(
            f"{telling.action(change).capitalize()} {telling.short(change.path)}\n"
            for change in done.changes
        )
        lines += "".join(f"Removed {telling.short(path)}\n" for path in purged.gone)
        if done.commands:
            lines += "Your systemd could not be reached. Where it runs, type:\n"
            lines += "".join(f"  {line}\n" for line in done.commands)
        if kept is not None:
            lines += (
                f"Kept the database with your history: {telling.short(kept)}\n"
                "(`agent-console uninstall --purge` removes it, with everything else that stays.)\n"
            )
        emit(lines or f"There {'is nothing to purge' if purge else 'was nothing of ours'}.")
    for path in purged.kept:
        narrate(f"{path} is not ours and stays.")
    for problem in problems:
        narrate(f"agent-console: {problem}")
    return 1 if problems else 0


def _ask(doomed: "list[Path]", *, as_json: bool) -> None:
    from agent_console.cli.install.telling import whole  # noqa: PLC0415

    if as_json or not is_interactive():
        raise click.UsageError("Without a person to ask, --purge needs --yes.")
    narrate("This removes for good, with the history of your costs:")
    for path in doomed:
        narrate(f"  {whole(path)}")
    click.confirm("Remove all of it?", abort=True, err=True)
