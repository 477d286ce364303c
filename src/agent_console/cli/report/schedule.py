"""`agent-console report schedule`: a report each month, written by the user's own systemd."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.cli.report.formats import FORMATS, Format
from agent_console.errors import AgentConsoleError

if TYPE_CHECKING:
    from agent_console.cli.install.report_units import Scheduled

DEFAULT_FOLDER = "~/claude-code-usage"


@click.command("schedule")
@click.option(
    "--dir",
    "folder",
    metavar="DIR",
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where the reports go; it is made when it is missing.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="html",
    show_default=True,
    help="What they are written as.",
)
@click.option("--remove", is_flag=True, help="Write no more of them; those that are there stay.")
@json_option
def schedule(*, folder: str, form: Format, remove: bool, as_json: bool) -> int:
    """Have last month's report written on the first of each month.

    A systemd timer of your own does it, at 6:00 or when the machine runs again. Doing it anew
    changes folder and format; `uninstall` takes it away too.
    """
    from agent_console.cli.install import durable, report_units  # noqa: PLC0415 - help needs none

    if remove:
        done = report_units.take_away()
    else:
        from agent_console.cli.report.writing import need_for  # noqa: PLC0415 - likewise

        need_for(form)
        done = report_units.put(durable.executable(), _made(folder), form)
    if as_json:
        from agent_console.cli.install import telling  # noqa: PLC0415 - likewise

        emit_json(
            {
                "changes": telling.as_data(done.changes),
                "commands": done.commands,
                "problems": done.problems,
            }
        )
    else:
        _tell(done, folder, form, remove=remove)
    for problem in done.problems:
        narrate(f"agent-console: {problem}")
    return 1 if done.problems else 0


def _made(folder: str) -> Path:
    path = Path(os.path.abspath(Path(folder).expanduser()))
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AgentConsoleError(f"{path} cannot be made: {error.strerror}.") from error
    return path


def _tell(done: "Scheduled", folder: str, form: Format, *, remove: bool) -> None:
    if remove and not done.changes:
        narrate("No report is scheduled.")
        return
    said = (
        "No more reports are written."
        if remove
        else f"On the first of each month the report of the last one is written to {folder}, "
        f"as {form}."
    )
    emit(said)
    if done.commands:
        emit("Your systemd could not be reached. Where it runs, type:")
        emit("\n".join(f"  {line}" for line in done.commands))
