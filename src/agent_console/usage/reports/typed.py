"""A report as it is typed: `session --last 7d --sort cost`.

Rule: only the plain forms are read here; null means that click has to look at it, which says well
what is wrong.
"""

from agent_console.usage.reports.options import options_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.reports.options import Option


def typed(arguments: list[str]) -> "tuple[str, dict[str, str | bool | list[str]]] | None":
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
