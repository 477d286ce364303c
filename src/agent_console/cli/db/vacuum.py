"""`agent-console db vacuum`."""

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit_json, narrate
from agent_console.model.format import size
from agent_console.paths import database_path


@click.command("vacuum")
@json_option
def vacuum(as_json: bool) -> None:
    """Give space that is no longer used back to the disk."""
    from agent_console.usage.database.read_only import refuse_missing  # noqa: PLC0415
    from agent_console.usage.maintenance.vacuum import vacuum as write_anew  # noqa: PLC0415

    refuse_missing(database_path())
    done = write_anew(database_path(), narrate)
    if as_json:
        emit_json(done)
    else:
        narrate(f"{size(done.before_bytes)} before, {size(done.after_bytes)} now.")
