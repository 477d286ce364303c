"""Names as lists show them.

Rule: they come from models, files and other programs: what is shown has passed `printable`.
"""

from agent_console.model.format import printable


def short_model(model: str | None) -> str:
    """`claude-opus-4-5-20251101` → `opus-4-5`."""
    if model is None:
        return ""
    name, _, date = model.removeprefix("claude-").rpartition("-")
    return printable(name if len(date) == 8 and date.isdecimal() else model.removeprefix("claude-"))


def short_path(path: str | None, home: str) -> str:
    """A folder with the person's home as `~`."""
    if path is None:
        return ""
    if path == home or path.startswith(home.rstrip("/") + "/"):
        path = "~" + path[len(home.rstrip("/")) :]
    return printable(path)
