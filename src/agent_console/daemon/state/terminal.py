"""Where a session's window is, from the variables its hook forwarded.

Rule: only the whitelisted variables are looked at; nothing else of an environment is kept.
"""

from agent_console.model.session import Terminal

_FIELDS = {name.upper(): name for name in Terminal.__struct_fields__}
MAX_VALUE_LENGTH = 512


def read_terminal(env: dict[str, str]) -> Terminal | None:
    """The terminal a hook ran in; null when it told nothing of one."""
    told = {
        field: env[variable][:MAX_VALUE_LENGTH]
        for variable, field in _FIELDS.items()
        if env.get(variable)
    }
    return Terminal(**told) if told else None
