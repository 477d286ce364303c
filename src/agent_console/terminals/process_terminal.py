"""In which terminal a process was started: from its environment, where the system tells that.

Rule: of an environment nothing is taken but the variables that find a terminal again.
"""

import anyio

from agent_console.model.session import Terminal

_FIELDS = {name.upper(): name for name in Terminal.__struct_fields__}


async def terminal_of(pid: int) -> Terminal | None:
    """The terminal of one of the user's processes; null where there is no /proc."""
    try:
        environ = await anyio.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    pairs = (entry.partition("=") for entry in environ.decode("utf-8", "replace").split("\0"))
    return Terminal(**{_FIELDS[name]: value for name, _, value in pairs if name in _FIELDS})
