"""What a command writes: data on stdout, narration on stderr.

Rule: nothing else in the package writes to stdout, so that pipes, colours, widths and readers that
go away are treated alike everywhere. rich is imported only to draw something that is no text.
"""

import errno
import io
import os
import sys

from agent_console.errors import AgentConsoleError

TYPE_CHECKING = False
if TYPE_CHECKING:  # `usage` writes through this module and has no time to import `typing`
    from collections.abc import Iterable, Sequence
    from typing import Self, TextIO

    from rich.console import Console, RenderableType

PIPED_WIDTH = 100
"""Columns of a drawing that nobody's terminal limits."""

PIPED_WIDTH_WHEN_WIDE = 2000
TERMINAL_ROWS = 24
"""Lines of a terminal that does not say."""


_PLAIN_SIGNS = str.maketrans({"…": "~", "→": ">"})
"""Our own signs for terminals that have no Unicode, as wide as they are."""


class OutputClosedError(AgentConsoleError):
    """Whoever read our stdout has gone: end quietly, as the shell's own tools do (SIGPIPE)."""

    exit_code = 141


def emit(content: "RenderableType", *, wide: bool = False) -> None:
    """Write a text, with its newline, or draw something of rich on stdout.

    Args:
        content: A text is written as it is: no markup, no wrapping.
        wide: Into a pipe a drawing may take as many columns as it needs, so that no cell is cut.

    Raises:
        OutputClosedError: Nobody reads stdout any more.
        AgentConsoleError: It cannot be written, because a disk is full for instance.
    """
    if isinstance(content, str):
        _write(content if content.endswith("\n") else content + "\n")
    else:
        text = drawn(content, wide=wide)
        if not is_terminal():
            # Blanks that only fill a line are in the way of `diff`, `read` and eyes in an editor.
            text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
        _write(text)


def drawn(content: "RenderableType", *, wide: bool = False) -> str:
    """What stdout would show of something of rich."""
    canvas = _Canvas()
    console(canvas, wide=wide).print(content)
    return canvas.getvalue()


class LiveDrawing:
    """A drawing that fills the terminal and is replaced by the next; the shell's text comes back.

    Use it as a context manager.
    """

    def __init__(self) -> None:
        from rich.live import Live  # noqa: PLC0415 - most commands draw nothing

        self._live = Live(
            console=console(sys.stdout, wide=False),
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> "Self":
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.__exit__(None, None, None)

    def show(self, content: "RenderableType") -> None:
        """Draw it, as large as the terminal is now."""
        self._live.console.size = (columns(), rows())
        self._live.update(content, refresh=True)


def emit_piece(text: str) -> None:
    """Write a part of a long text as it is.

    Raises:
        OutputClosedError: Nobody reads stdout any more.
    """
    _write(text)


def emit_json(value: object, *, line: bool = False) -> None:
    """Write one JSON document: indented on a terminal, on one line in a pipe.

    Args:
        value: Anything msgspec can encode; `msgspec.Raw` goes out as it came.
        line: One line on a terminal too, for a stream of documents.

    Raises:
        OutputClosedError: Nobody reads stdout any more.
    """
    import msgspec  # noqa: PLC0415 - texts need no JSON

    encoded = msgspec.json.encode(value)
    indent = 2 if is_terminal() and not line else -1
    _write(msgspec.json.format(encoded, indent=indent).decode() + "\n")


def refuse_closed_output() -> None:
    """Nothing, as long as somebody may read what a command that has nothing to tell will write.

    Raises:
        OutputClosedError: Nobody reads stdout any more.
    """
    import select  # noqa: PLC0415 - only what goes on for long asks

    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)  # what is wrong is told unasked
        ready = poll.poll(0)
    except (OSError, ValueError, AttributeError):
        return
    if any(events & (select.POLLERR | select.POLLHUP) for _, events in ready):
        raise output_closed()


def emit_json_array(parts: "Iterable[Sequence[object]]") -> None:
    """Write one array as `emit_json` does, while its members become known.

    Args:
        parts: Some members at a time, at least one.

    Raises:
        OutputClosedError: Nobody reads stdout any more.
    """
    import msgspec  # noqa: PLC0415 - texts need no JSON

    indented = is_terminal()
    end = "\n]" if indented else "]"
    before = "["
    for part in parts:
        encoded = msgspec.json.format(msgspec.json.encode(part), indent=2 if indented else -1)
        _write(before + encoded.decode().removeprefix("[").removesuffix(end))
        before = ","
    _write("[]\n" if before == "[" else f"{end}\n")


def narrate(text: str) -> None:
    """Tell the person something on stderr; a stderr that is closed loses it."""
    stream: TextIO | None = sys.stderr
    if stream is None:
        return
    try:
        stream.write(_encodable(text, stream) + "\n")
        stream.flush()
    except (OSError, ValueError):
        return


def is_interactive() -> bool:
    """A person sits at both ends: a question may be asked."""
    return _is_terminal(sys.stdin) and is_terminal()


def is_coloured(wanted: bool | None = None) -> bool:
    """Text may have colours: a terminal shows it, and nobody said NO_COLOR.

    Args:
        wanted: What an option says, which decides; null when there is none.
    """
    if wanted is not None:
        return wanted
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (
        is_terminal() and os.environ.get("TERM") != "dumb"
    )


def is_terminal() -> bool:
    """A person reads stdout; otherwise a pipe or a file does."""
    return _is_terminal(sys.stdout)


class _Canvas(io.StringIO):
    """What rich draws on; it asks for the encoding to know which lines it may draw."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return sys.stdout.encoding or "utf-8"


def _write(text: str) -> None:
    stream: TextIO | None = sys.stdout
    if stream is None:
        raise OutputClosedError("There is no stdout.")
    try:
        stream.write(_encodable(text, stream))
        # Now, not at exit: only here can a closed pipe be told from a bug.
        stream.flush()
    except BrokenPipeError as error:
        raise output_closed() from error
    except OSError as error:
        _discard(stream)
        raise _unwritable(error) from error


def output_closed() -> OutputClosedError:
    """What a closed pipe means, when click wrote."""
    if sys.stdout is not None:
        _discard(sys.stdout)
    return OutputClosedError("Nobody reads the output.")


def open_closed_stdout() -> None:
    """Let a process that was started without stdout have one that nobody reads.

    What it writes then ends it as a closed pipe does, and no file it opens gets stdout's number.
    """
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    for descriptor in {reading, writing} - {1}:
        os.close(descriptor)
    sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115 - open as long as the process


def full_disk(error: OSError) -> AgentConsoleError | None:
    """What an error means that came from writing, when click wrote: None when it is another one."""
    # What concerns a file by its name was never the output.
    if error.filename is not None or error.errno not in _WRITING_FAILED:
        return None
    if sys.stdout is not None:
        _discard(sys.stdout)
    return _unwritable(error)


_WRITING_FAILED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def _unwritable(error: OSError) -> AgentConsoleError:
    return AgentConsoleError(f"The output cannot be written: {error.strerror or error}.")


def _discard(stream: "TextIO") -> None:
    """Let the interpreter's own flush at exit go nowhere instead of failing."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


def _encodable(text: str, stream: "TextIO") -> str:
    if text.isascii():
        return text
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(_PLAIN_SIGNS)
        return plain.encode(encoding, "backslashreplace").decode(encoding)
    return text


def _is_terminal(stream: "TextIO | None") -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def columns(*, wide: bool = False) -> int:
    """How many columns a drawing has: `$COLUMNS`, else the terminal's, else ours.

    Shells set `$COLUMNS` for what they show; where no line needs to be cut it says nothing.
    """
    if wide and not is_terminal():
        return PIPED_WIDTH_WHEN_WIDE
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    if is_terminal():
        try:
            return os.get_terminal_size(sys.stdout.fileno()).columns or PIPED_WIDTH
        except (OSError, ValueError):
            return PIPED_WIDTH
    return PIPED_WIDTH


def rows() -> int:
    """How many lines the terminal has: `$LINES`, else its own."""
    given = os.environ.get("LINES", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).lines or TERMINAL_ROWS
    except (OSError, ValueError):
        return TERMINAL_ROWS


def console(target: "TextIO", *, wide: bool) -> "Console":
    """A rich console that draws for stdout into `target`.

    rich itself honours NO_COLOR, FORCE_COLOR and TERM.
    """
    from rich.console import Console  # noqa: PLC0415 - most commands draw nothing

    return Console(
        file=target,
        width=columns(wide=wide),
        height=rows(),  # with both given, rich also believes them of a dumb terminal
        force_terminal=True if is_terminal() else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
