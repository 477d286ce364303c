"""`agent-console db restore`."""

import time
from pathlib import Path

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.db.asking import ask, yes_option
from agent_console.cli.output import emit_json, narrate
from agent_console.paths import database_path


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@yes_option
@json_option
def restore(file: Path, *, yes: bool, as_json: bool) -> None:
    """Bring the database back from the backup FILE.

    FILE is checked first and not changed; what is wrong in it is told. The present database stays
    beside the new one, and a running daemon goes on with the new one by itself.
    """
    from agent_console.cli.telling_daemons import have_daemons_look  # noqa: PLC0415 - the whole wire
    from agent_console.usage.maintenance.content_problems import content_problems  # noqa: PLC0415
    from agent_console.usage.maintenance.ready_copy import examine  # noqa: PLC0415
    from agent_console.usage.maintenance.restore import restore as bring_back  # noqa: PLC0415

    examine(file)
    problems = content_problems(file, narrate)
    for problem in problems:
        narrate(f"{file}, {problem.check}: {problem.text}")
    anyway = " although it is not as it must be" if problems else ""
    ask(
        f"Replace what is in {database_path()} by {file}{anyway}? The old one is kept beside it.",
        yes=yes,
        as_json=as_json,
    )
    done = bring_back(database_path(), file, time.time_ns() // 1_000_000, narrate)
    have_daemons_look()
    kept = None if done.kept is None else str(done.kept)
    if as_json:
        emit_json(
            {"path": str(database_path()), "from": str(file), "kept": kept, "problems": problems}
        )
    else:
        narrate(f"Restored {database_path()} from {file}.")
        if kept is not None:
            narrate(f"The database from before is kept as {kept}.")
        if problems:
            narrate("What is wrong in it came with it: `agent-console db repair` mends it.")
