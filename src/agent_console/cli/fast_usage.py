"""`agent-console usage` without click: its reports, in the time click alone would take.

Rule: it decides nothing. Options are those of usage/reports/options.py, values mean what
usage/reports/request.py says, and whatever is unusual (a wrong value, help, an option that is not
known, any expected error) is left to cli/commands/usage.py, which does it again and says it well.
"""

import gc

from agent_console.usage.reports.typed import typed


def run_usage(arguments: list[str]) -> int | None:
    """Carry out the command: its exit code, or None when the full command has to do it.

    Args:
        arguments: What follows `usage`.
    """
    asked = typed(arguments)
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
    from agent_console.cli.usage.run import run  # noqa: PLC0415 - likewise
    from agent_console.errors import AgentConsoleError  # noqa: PLC0415 - likewise
    from agent_console.paths import database_file  # noqa: PLC0415 - likewise
    from agent_console.usage.reports.request import Request, now_ms  # noqa: PLC0415 - likewise

    try:
        about_weeks = grouping == "weekly" and "start-of-week" not in given
        request = Request(grouping, given, plain_timezone(about_weeks=about_weeks), now_ms())
    except (ValueError, AgentConsoleError):
        return None
    try:
        return run(request, database_file())
    except AgentConsoleError as error:
        from agent_console.cli.output import OutputClosedError, narrate  # noqa: PLC0415 - likewise

        if not isinstance(error, OutputClosedError):
            narrate(f"agent-console: {error}")
        return error.exit_code
