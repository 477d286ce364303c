"""Requests to lines, answers to values, and the errors a client raises instead of one."""

from typing import Any, TypeVar, get_args

from msgspec import Raw

from agent_console.errors import DaemonUnreachableError, RequestRefusedError
from agent_console.paths import is_other_than_socket
from agent_console.protocol.codec import Answer, decode_data, encode
from agent_console.protocol.messages import (
    MAX_HOOK_LINE_BYTES,
    MAX_LINE_BYTES,
    Hook,
    RequestBase,
)

T = TypeVar("T")


def line_of(request: RequestBase[Any]) -> bytes:
    """A request as one line.

    Raises:
        RequestRefusedError: The daemon would not take it: it is too long (which would cost the
            connection), or a text in it is no Unicode, so that no JSON can hold it.
    """
    try:
        line = encode(request)
    except UnicodeEncodeError as error:
        raise RequestRefusedError(
            "invalid_value", f"This text is not valid UTF-8: {error.object!r:.80}."
        ) from None
    limit = MAX_HOOK_LINE_BYTES if isinstance(request, Hook) else MAX_LINE_BYTES
    if len(line) - 1 > limit:
        raise RequestRefusedError(
            "frame_too_large", f"A request may have {limit} bytes and this one has {len(line) - 1}."
        )
    return line


def good_data(answer: Answer) -> Raw:
    """The data of an answer, not decoded.

    Raises:
        RequestRefusedError: The daemon said no.
    """
    if answer.error is not None:
        raise RequestRefusedError(
            answer.error.code, answer.error.message, retryable=answer.error.retryable
        )
    return answer.data


def answer_type(request: type[RequestBase[T]]) -> type[T]:
    """What the `data` of a good answer to this kind of request is, as its base says."""
    base: Any = request.__dict__["__orig_bases__"][0]
    answer: type[T] = get_args(base)[0]
    return answer


def decoded(request: RequestBase[T], data: Raw) -> T:
    """The data of the answer to `request`, as the type that this kind of request promises.

    Raises:
        ProtocolError: It is something else.
    """
    return decode_data(data, answer_type(type(request)))


def unreachable(path: str, error: OSError) -> DaemonUnreachableError:
    """Why nobody could be reached on a socket, and what to do."""
    match error:
        case ConnectionRefusedError() if is_other_than_socket(path):
            return DaemonUnreachableError(f"{path} is no socket: no daemon can be reached there.")
        case FileNotFoundError() | ConnectionRefusedError():
            return DaemonUnreachableError(
                f"No daemon is running on {path}: start it with `agent-console daemon start`."
            )
        case PermissionError():
            return DaemonUnreachableError(f"You may not connect to {path}: it is another user's.")
        case TimeoutError() | BlockingIOError():
            return DaemonUnreachableError(
                f"The daemon on {path} does not answer: see `agent-console daemon logs`, "
                "or end it with `agent-console daemon restart --force`."
            )
        case _:
            return DaemonUnreachableError(
                f"The daemon on {path} cannot be reached ({error.strerror or error}): "
                "try `agent-console daemon start`."
            )


def hung_up(path: str) -> DaemonUnreachableError:
    """The daemon closed the connection before it had answered."""
    return DaemonUnreachableError(
        f"The daemon on {path} closed the connection before it answered: try again, "
        "or see `agent-console daemon logs`."
    )
