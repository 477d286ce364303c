"""`agent-console usage` without click: its reports, in the time click alone would take.

Rule: it decides nothing. Options are those of cli/usage/options.py, values mean what
cli/usage/request.py says, and whatever is unusual (a wrong value, help, an option that is not
known, any expected error) is left to cli/commands/usage.py, which does it again and says it well.
"""

import gc

from agent_console.cli.usage.options import options_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.cli.usage.options import Option


def run_usage(arguments: list[str]) -> int | None:
    """Carry out the command: its exit code, or None when the full command has to do it.

    Args:
        arguments: What follows `usage`.
    """
    asked = _parsed(arguments)
    if asked is None:
        return None
    # The process ends with the report; nothing it makes is a cycle worth looking for.
    gc.disable()
    try:
        return _carried_out(*asked)
    finally:
        gc.enable()


def _carried_out(grouping: str, given: "dict[str, str | bool | list[str]]") -> int | None:
    from agent_console.cli.usage.configured import plain_timezone  # noqa: PLC0415 - asked only now
    from agent_console.cli.usage.request import Request, now_ms  # noqa: PLC0415 - likewise
    from agent_console.cli.usage.run import run  # noqa: PLC0415 - likewise
    from agent_console.paths import database_file  # noqa: PLC0415 - likewise

    try:
        about_weeks = grouping == "weekly" and "start-of-week" not in given
        request = Request(grouping, given, plain_timezone(about_weeks=about_weeks), now_ms())
    except ValueError:
        return None
    from agent_console.errors import AgentConsoleError  # noqa: PLC0415 - likewise

    try:
        return run(request, database_file())
    except AgentConsoleError as error:
        from agent_console.cli.output import OutputClosedError, narrate  # noqa: PLC0415 - likewise

        if not isinstance(error, OutputClosedError):
            narrate(f"agent-console: {error}")
        return error.exit_code


def _parsed(arguments: list[str]) -> "tuple[str, dict[str, str | bool | list[str]]] | None":
    """The report's name and the options' values; null when this is no plain form."""
    from agent_console.usage.reports.groupings import (  # noqa: PLC0415 - asked only now
        ALIASES,
        GROUPINGS,
        without_tool,
    )

    arguments = without_tool(arguments)
    grouping = "daily"
    rest = iter(arguments)
    if arguments and not arguments[0].startswith("-"):
        grouping = ALIASES.get(arguments[0], arguments[0])
        if grouping not in GROUPINGS:
            return None
        next(rest)
    by_word: dict[str, Option] = {}
    for option in options_of(grouping):
        by_word[f"--{option.name}"] = option
        if option.short:
            by_word[f"-{option.short}"] = option
    given: dict[str, str | bool | list[str]] = {}
    for argument in rest:
        word, has_value, value = argument.partition("=")
        found = by_word.get(word)
        if found is None:
            return None
        if not found.metavar and not found.choices:
            if has_value:
                return None
            given[found.name] = True
            continue
        if not has_value:
            value = next(rest, "")
            if not value or value.startswith("-"):
                return None
        elif not word.startswith("--"):
            return None
        if found.repeats:
            several = given.setdefault(found.name, [])
            if isinstance(several, list):
                several.append(value)
        else:
            given[found.name] = value
    return grouping, given
