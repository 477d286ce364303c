"""The option `--config-dir` of commands that read transcripts, as `usage` has it."""

from pathlib import Path

import click

from agent_console.paths import claude_config_folder


def _folders(
    _context: click.Context, _option: click.Parameter, named: tuple[str, ...]
) -> tuple[Path, ...]:
    return tuple(Path(claude_config_folder(each)) for each in named)


config_dirs_option = click.option(
    "--config-dir",
    "config_dirs",
    type=click.Path(exists=True, file_okay=False),
    multiple=True,
    callback=_folders,
    help="A folder of Claude Code, or its `projects`, instead of the usual ones; may be repeated.",
)
