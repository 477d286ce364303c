"""`agent-console reindex`: read the transcripts again and say what changed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_console import config
from agent_console.cli.caught_up import tell_unreadable
from agent_console.cli.config_dirs_option import config_dirs_option
from agent_console.cli.daemon_access import json_option
from agent_console.cli.db.asking import ask, yes_option
from agent_console.cli.empty_value import refuse_empty
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.cli.reading_progress import reading_progress
from agent_console.model.format import counted, exact_cost, exact_tokens
from agent_console.paths import database_path

if TYPE_CHECKING:
    from agent_console.usage.ingest.reindex import Reindexed


@click.command("reindex")
@click.option(
    "--project",
    "projects",
    metavar="P",
    multiple=True,
    help="Only the transcripts of this project: name, path, glob, or exactly =PATH; may be "
    "repeated.",
)
@config_dirs_option
@click.option("--prune", is_flag=True, help="Also drop what was read from transcripts now gone.")
@yes_option
@json_option
def command(
    projects: tuple[str, ...],
    config_dirs: tuple[Path, ...],
    prune: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Read all transcripts again from their beginnings, and say what changed.

    What was read from transcripts that are gone by now stays, unless --prune is given.
    """
    from agent_console.usage.ingest.reindex import (  # noqa: PLC0415 - help needs no readers
        count_gone,
        reindex,
    )

    refuse_empty("project", projects)
    database = database_path()
    if prune and not yes:
        rows = count_gone(database, projects, config_dirs=config_dirs or None, say=narrate)
        if rows:
            question = f"Drop {counted(rows, 'response')} whose transcripts are gone, for ever?"
            ask(question, yes=yes, as_json=as_json)
    configured = config.load()
    with reading_progress() as tell:
        done = reindex(
            database,
            configured.prices,
            config_dirs=config_dirs or None,
            config=configured,
            projects=projects,
            prune=prune,
            tell=tell,
            say=narrate,
        )
    if as_json:
        emit_json(done)
    else:
        emit(_report(done))
    if projects and not done.read.files_read:
        narrate(f"No transcript that is still there tells of {' or '.join(projects)}.")
    tell_unreadable(done.read)
    from agent_console.cli.taken_in import has_taken_in  # noqa: PLC0415 - help needs no wire

    has_taken_in(database)


def _report(done: "Reindexed") -> str:
    before, after = done.before, done.after
    lines = [f"Read {counted(done.read.files_read, 'transcript')} again."]
    if done.rows_pruned:
        dropped = counted(done.rows_pruned, "response")
        lines.append(f"Dropped {dropped} of transcripts that are gone.")
    if before == after:
        return "\n".join([*lines, "Nothing changed."])
    rows = [
        ("responses", exact_tokens(before.responses), exact_tokens(after.responses)),
        ("input", exact_tokens(before.input_tokens), exact_tokens(after.input_tokens)),
        ("output", exact_tokens(before.output_tokens), exact_tokens(after.output_tokens)),
        (
            "cache write",
            exact_tokens(before.cache_creation_tokens),
            exact_tokens(after.cache_creation_tokens),
        ),
        (
            "cache read",
            exact_tokens(before.cache_read_tokens),
            exact_tokens(after.cache_read_tokens),
        ),
        ("cost", exact_cost(before.cost_usd), exact_cost(after.cost_usd)),
    ]
    width = max(len(text) for row in rows for text in row[1:])
    return "\n".join(
        [
            *lines,
            *(
                f"{name:<12} {old:>{width}}  ->  {new:>{width}}"
                for name, old, new in rows
                if old != new
            ),
        ]
    )
