"""`agent-console db backup`."""

from pathlib import Path

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit_json, narrate
from agent_console.model.format import size
from agent_console.paths import database_path


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", "-f", is_flag=True, help="Replace a file that is there.")
@json_option
def backup(file: Path, *, force: bool, as_json: bool) -> None:
    """Copy the database to FILE, also while it is in use.

    The copy is checked before it gets its name, and nobody else can read it. (One backup a day is
    made anyway, and seven are kept: see `agent-console db stats`.)
    """
    from agent_console.usage.maintenance.backup_to_file import backup_to_file  # noqa: PLC0415

    size_bytes = backup_to_file(database_path(), file, replace=force)
    if as_json:
        emit_json({"path": str(file), "size_bytes": size_bytes})
    else:
        narrate(f"Wrote {file} ({size(size_bytes)}).")
