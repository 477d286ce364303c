"""What every command of insight takes, and the ledger that answers it.

Rule: filters are the options of `usage`, read by the same code, so that they mean the same.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent_console.cli.usage.click_options import click_option, given_by_name, wrong_option
from agent_console.usage.reports.options import OPTIONS

if TYPE_CHECKING:
    from agent_console.config import Config
    from agent_console.usage.reports.reading import Reading
    from agent_console.usage.reports.request import Request

Command = TypeVar("Command", bound=Callable[..., Any])

ALWAYS = ("timezone", "config-dir", "no-ingest")
WHAT = ("project", "model")
WHEN = ("since", "until", "last")
_BY_NAME = {option.name: option for option in OPTIONS}


def usage_options(*names: str) -> Callable[[click.Command], click.Command]:
    """Give a command these options of `usage`, in this order, before its own."""

    def add(command: click.Command) -> click.Command:
        options = [click_option(_BY_NAME[name]) for name in (*names, *ALWAYS)]
        for option in options:
            option.opts = [word for word in option.opts if word.startswith("--")]
        command.params = [*options, *command.params]
        return command

    return add


def request_of(
    given: dict[str, Any], configured: "Config", grouping: str = "daily", *, last: str = ""
) -> "Request":
    """The filter that was typed.

    Args:
        given: Values by the names of click; others than those of `usage` are passed over.
        configured: The zone and the week, for when they were not given.
        grouping: What `last` counts.
        last: The stretch when none was given.

    Raises:
        click.BadParameter: A value is not allowed.
    """
    from agent_console.usage.reports.request import (  # noqa: PLC0415 - help needs no ledger
        OptionError,
        Request,
        now_ms,
    )

    typed = {name: value for name, value in given_by_name(given).items() if name in _BY_NAME}
    if last and not any(typed.get(name) for name in WHEN):
        typed["last"] = last
    typed.setdefault("start-of-week", configured.display.week_start)
    try:
        return Request(grouping, typed, configured.display.timezone, now_ms())
    except OptionError as error:
        raise wrong_option(error) from None


@contextmanager
def up_to_date_ledger(request: "Request") -> "Generator[Reading]":
    """The ledger with what is new in it, empty when there is none.

    Raises:
        LedgerError: It cannot be brought up to date or read.
    """
    from agent_console.cli.output import narrate  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.up_to_date import has_taken_in, open_up_to_date  # noqa: PLC0415
    from agent_console.paths import database_path  # noqa: PLC0415 - likewise
    from agent_console.usage.reports.empty import empty_ledger  # noqa: PLC0415 - likewise
    from agent_console.usage.reports.reading import explained  # noqa: PLC0415 - likewise

    path = str(database_path())
    connection, took_in = open_up_to_date(path, request.config_dirs, ingest=request.ingest)
    if took_in:
        has_taken_in(path)
    if connection is None:
        narrate("There is no ledger yet: no transcript has been read.")
        connection = empty_ledger()
    try:
        yield connection
    except Exception as error:
        raise explained(path, error) from error
    finally:
        connection.close()
