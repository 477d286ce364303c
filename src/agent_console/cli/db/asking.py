"""One question before something is replaced.

Rule: the answer is no unless the person says yes; where nobody can be asked, `--yes` is needed.
"""

import click

from agent_console.cli.output import is_interactive

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def ask(question: str, *, yes: bool, as_json: bool) -> None:
    """Go on, when the person says so.

    Raises:
        click.Abort: They say no.
        click.UsageError: There is nobody to ask.
    """
    if yes:
        return
    if as_json or not is_interactive():
        raise click.UsageError(f"Without a person to ask, this needs --yes. ({question})")
    click.confirm(question, default=False, abort=True, err=True)
