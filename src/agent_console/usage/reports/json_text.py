"""JSON from plain values, with money to the last digit.

Rule: dicts, lists, tuples, texts, integers, booleans, null and `Usd` only; anything else is a bug
and raises. (Importing `json` or msgspec would take longer than a whole report.)
"""

from agent_console.usage.reports.sums import usd_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ESCAPES = {
    **{code: f"\\u{code:04x}" for code in (*range(32), 127, 0x2028, 0x2029)},
    **{ord(char): f"\\{char}" for char in '"\\'},
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
}


_QUOTED: dict[str, str] = {}
"""Names of models and projects, and of members, are few and come again."""

_MOST_QUOTED = 1_000


class Usd:
    """An amount of money in picodollars, written as US dollars."""

    __slots__ = ("pico",)

    def __init__(self, pico: int) -> None:
        self.pico = pico


class Rate:
    """A number that is no sum, written with so many digits after the point."""

    __slots__ = ("digits", "value")

    def __init__(self, value: float, digits: int = 2) -> None:
        self.value = value
        self.digits = digits


class Written:
    """A value that is JSON already, on one line."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def json_text(value: "Any", *, indent: bool) -> str:
    """The value as JSON.

    Args:
        value: What to write.
        indent: For eyes: one member a line.
    """
    return _encoded(value, "\n" if indent else "")


def quoted(text: str) -> str:
    """A text as JSON; what is no valid Unicode is replaced."""
    written = _QUOTED.get(text)
    if written is None:
        written = _quoted(text)
        if len(_QUOTED) < _MOST_QUOTED:
            _QUOTED[text] = written
    return written


def _quoted(text: str) -> str:
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return f'"{clean.translate(_ESCAPES)}"'


def _encoded(value: "Any", line: str) -> str:
    kind = value.__class__  # (a checker that narrows `value` itself loses what is inside)
    if kind is int:
        return str(value)
    if kind is str:
        return quoted(value)
    if value is None or kind is bool:
        return "null" if value is None else "true" if value else "false"
    if kind is Usd:
        return usd_text(value.pico)
    if kind is Written:
        return value.text  # type: ignore[no-any-return]
    if kind is Rate:
        return f"{value.value:.{value.digits}f}"
    deeper = f"{line}  " if line else ""
    if kind is dict:
        colon = ": " if line else ":"
        members: list[str] = []
        for name, each in value.items():
            # Most members are integers.
            text = str(each) if each.__class__ is int else _encoded(each, deeper)
            members.append(f"{quoted(name)}{colon}{text}")
        return _joined("{}", members, line)
    if kind is list or kind is tuple:
        return _joined("[]", [_encoded(each, deeper) for each in value], line)
    raise TypeError(kind)


def _joined(brackets: str, members: list[str], line: str) -> str:
    deeper = f"{line}  " if line else ""
    inside = f",{deeper}".join(members)
    return f"{brackets[0]}{deeper}{inside}{line}{brackets[1]}" if inside else brackets
