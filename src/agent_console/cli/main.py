"""The command line: finds a command, runs it, and turns every expected error into one sentence.

Rule: `--help` and the search for a command import click and the command table, nothing else. A
traceback on the person's screen is a bug of ours.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from agent_console.cli.command_table import EXIT_CODES, PACKAGE, SECTIONS
from agent_console.cli.daemon_access import DaemonAccess, no_start_option, socket_option
from agent_console.cli.extras import is_installed
from agent_console.cli.output import (
    OutputClosedError,
    full_disk,
    is_terminal,
    narrate,
    output_closed,
)
from agent_console.errors import EXIT_OK, AgentConsoleError, RequestRefusedError
from agent_console.version import __version__

EXIT_INTERRUPTED = 130


class CommandTable(click.Group):
    """The top of the command line; its commands are imported when they are called."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Like click's, which writes the help here."""
        with _click_writing():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Like click's, which writes the help of a command here."""
        with _click_writing():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help."""
        del ctx
        return [name for _, commands in SECTIONS for name, _ in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None when there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{PACKAGE}.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, and says what may have been meant."""
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"There is no command `{args[0]}`.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by group, without importing them."""
        del ctx
        width = max(len(name) for _, commands in SECTIONS for name, _ in commands)
        for title, commands in SECTIONS:
            with formatter.section(_styled(title, bold=True)):
                formatter.write_dl(
                    [(_styled(name.ljust(width), fg="cyan"), text) for name, text in commands]
                )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes."""
        del ctx
        with formatter.section(_styled("Exit codes", bold=True)):
            formatter.write_dl([(code.rjust(3), meaning) for code, meaning in EXIT_CODES])


@contextmanager
def _click_writing() -> Generator[None]:
    """A closed pipe ends click's own output as it ends ours; click's exit code would be 1."""
    try:
        yield
    except BrokenPipeError as error:
        raise output_closed() from error


def _styled(text: str, **style: Any) -> str:
    """Coloured text; click takes the colours off again when no terminal would show them."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **style)


@click.command(
    cls=CommandTable,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="agent-console %(version)s")
@socket_option
@no_start_option
@click.pass_context
def command(context: click.Context) -> None:
    """Which Claude Code session needs you now, what it costs, and where it went.

    Alone in a terminal it opens the board. Commands that need the daemon start it when none runs.
    """
    daemon = context.ensure_object(DaemonAccess)
    if context.invoked_subcommand is not None:
        return
    if not (is_terminal() and is_installed("textual")):
        raise click.exceptions.NoArgsIsHelpError(context)
    from agent_console.cli.commands.tui import open_app  # noqa: PLC0415 - draws: Textual

    open_app(daemon)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: The arguments, without the program's name; None takes the process's own.
    """
    try:
        code = command.main(
            args=None if argv is None else list(argv),
            prog_name="agent-console",
            standalone_mode=False,
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return EXIT_INTERRUPTED
    except OutputClosedError as error:
        return error.exit_code
    except RequestRefusedError as error:
        from agent_console.cli.refusal_words import in_options  # noqa: PLC0415 - after a mistake

        narrate(f"agent-console: {in_options(str(error))}")
        return error.exit_code
    except AgentConsoleError as error:
        narrate(f"agent-console: {error}")
        return error.exit_code
    except OSError as error:
        from agent_console.cli.out_of_reach import out_of_reach  # noqa: PLC0415 - likewise

        said = full_disk(error) or out_of_reach(error)
        if said is None:
            raise
        narrate(f"agent-console: {said}")
        return said.exit_code
    return code if isinstance(code, int) else EXIT_OK
