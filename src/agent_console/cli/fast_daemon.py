"""`agent-console daemon run` without click, which would stay in the daemon's memory for good.

Rule: it decides nothing. With any option it is left to cli/commands/daemon.py.
"""


def run_daemon(arguments: list[str]) -> int | None:
    """Run the daemon as systemd and clients start it; None when the full command has to do it.

    Args:
        arguments: What follows `daemon`.
    """
    if arguments != ["run"]:
        return None
    from agent_console.cli.output import narrate  # noqa: PLC0415 - asked only now
    from agent_console.daemon.serve import serve  # noqa: PLC0415 - likewise
    from agent_console.errors import AgentConsoleError  # noqa: PLC0415 - likewise

    try:
        return serve(None)
    except AgentConsoleError as error:
        narrate(f"agent-console: {error}")
        return error.exit_code
