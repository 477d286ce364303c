"""What is not installed with the program itself, and how to get it."""

from importlib.util import find_spec

from agent_console.errors import AgentConsoleError


def is_installed(module: str) -> bool:
    """Whether that package can be imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it lies in
        return False


def need(module: str, extra: str, what: str) -> None:
    """Refuse to go on without an optional package.

    Args:
        module: The package that must be there.
        extra: The extra that brings it.
        what: Who needs it: "The terminal app".

    Raises:
        AgentConsoleError: It is not installed.
    """
    if not is_installed(module):
        raise AgentConsoleError(
            f"{what} needs the extra `{extra}`: install agent-console[{extra}] "
            f"(from a clone: pip install '.[{extra}]')."
        )
