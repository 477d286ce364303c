"""Can the configuration be used? Commands and the daemon refuse to run with a wrong one."""

from collections.abc import Iterator

from agent_console import config
from agent_console.cli.doctor.finding import Finding, ok, problem, warning
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.install.telling import short
from agent_console.errors import ConfigError
from agent_console.paths import config_path


def configuration(_situation: Situation) -> Iterator[Finding]:
    """The file, where there is one, has only keys that mean something and values that may be."""
    path = config_path()
    try:
        config.load()
        unknown = config.unknown_keys()
    except ConfigError as error:
        yield problem(
            "configuration", str(error), "Correct it; `agent-console config validate` checks it."
        )
        return
    if unknown:
        keys = ", ".join(f"`{key}`" for key in unknown)
        yield warning(
            "configuration",
            f"{short(path)} has keys that are unknown and have no effect: {keys}.",
            "Correct or remove them.",
        )
    elif path.exists():
        yield ok("configuration", f"{short(path)} can be used.")
