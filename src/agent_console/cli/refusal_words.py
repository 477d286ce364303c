"""The daemon's refusals in the words of the command line.

Rule: the wire names its own fields (`cost_usd`), a person typed options (--cost-usd). What is not
known here is told as the daemon said it.
"""

import re

_ARGUMENTS = {"session_id": "ID", "status": "STATUS"}
_COMMAND = re.compile(r"^[A-Z]+: ")
_PLACE = re.compile(r"^(?:Expected )?(.*?) - at `\$\.(\w+)`\.$")
_SAID = (
    ("send `force` to", "give --force to"),
    ("Send a status to create it.", "Give a STATUS to create it."),
    ("`session_id`", "ID"),
)
_TYPES = (
    ("`str` of length >= 1", "a text that is not empty"),
    (re.compile(r"`str` of length <= (\d+)"), r"a text of at most \1 characters"),
    (re.compile(r"`int` >= (-?\d+)"), r"a whole number, \1 or more"),
    (re.compile(r"`int` <= (-?\d+)"), r"a whole number, \1 or less"),
    (re.compile(r"`float` >= (-?\d+)(?:\.0)?"), r"a number, \1 or more"),
    (re.compile(r"`float` <= (-?\d+)(?:\.0)?"), r"a number, \1 or less"),
)


def in_options(message: str) -> str:
    """What a person is told of a refusal."""
    text = _COMMAND.sub("", message)
    place = _PLACE.match(text)
    if place is not None:
        wanted, field = place.groups()
        for on_the_wire, in_words in _TYPES:
            wanted = (
                wanted.replace(on_the_wire, in_words)
                if isinstance(on_the_wire, str)
                else on_the_wire.sub(in_words, wanted)
            )
        return f"{_option(field)}: expected {wanted}."
    for on_the_wire, in_words in _SAID:
        text = text.replace(on_the_wire, in_words)
    return text


def _option(field: str) -> str:
    return _ARGUMENTS.get(field, f"--{field.replace('_', '-')}")
