"""The option `--no-ingest`, as `usage` has it."""

import click

no_ingest_option = click.option(
    "--no-ingest", is_flag=True, help="Do not look for new transcript lines first."
)
