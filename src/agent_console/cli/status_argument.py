"""A status on the command line."""

import click

from agent_console.model.session import Status

STATUS = click.Choice(Status, case_sensitive=False)
"""`working`, `attention`, `question` or `closed`."""
