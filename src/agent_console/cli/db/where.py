"""`agent-console db path`."""

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json
from agent_console.paths import database_path


@click.command("path")
@json_option
def path(as_json: bool) -> None:
    """Print where the database lies, or would."""
    where = database_path()
    if as_json:
        emit_json({"path": str(where), "exists": where.exists()})
    else:
        emit(str(where))
