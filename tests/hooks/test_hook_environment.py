"""Which of the environment leaves with a hook event: a list of names, and never a secret."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.hooks.running import Listener, arguments, hook, run, spooled

FORWARDED = [
    "CLAUDE_PID",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_PROJECT_DIR",
    "CLAUDE_CONFIG_DIR",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ATTENDED",
    "CLAUDE_JOB_DIR",
    "TMUX",
    "TMUX_PANE",
    "KITTY_WINDOW_ID",
    "KITTY_LISTEN_ON",
    "WEZTERM_PANE",
    "WEZTERM_UNIX_SOCKET",
    "ZELLIJ_SESSION_NAME",
    "ZELLIJ_PANE_ID",
    "ITERM_SESSION_ID",
    "TERM_PROGRAM",
    "TERM_SESSION_ID",
    "WINDOWID",
    "STY",
    "VSCODE_PID",
    "SSH_CONNECTION",
    "SSH_TTY",
]


def test_every_listed_variable_is_forwarded_and_no_other(
    listener: Listener, socket_path: Path
) -> None:
    env = {name: f"value of {name}" for name in FORWARDED}
    secrets = ["CLAUDE_CODE_MESSAGING_TOKEN", "ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "PATH"]
    run(arguments(socket_path), env=env | dict.fromkeys(secrets, "hunter2"))
    (frame,) = listener.frames()
    assert hook(frame).env == env
    assert b"hunter2" not in frame


@pytest.mark.parametrize("stdin", [b"", b'{"a":' + b"1" * 9_000_000])
def test_a_described_event_and_the_spool_hold_no_secret_either(
    socket_path: Path, stdin: bytes
) -> None:
    secrets = {"CLAUDE_CODE_MESSAGING_TOKEN": "hunter2", "CLAUDE_CODE_SESSION_ID": "s"}
    run(arguments(socket_path), stdin, env=secrets)
    (frame,) = spooled(socket_path)
    assert hook(frame).session_id == "s"
    assert b"hunter2" not in frame


def test_without_any_variable_the_event_arrives(listener: Listener, socket_path: Path) -> None:
    run(arguments(socket_path), env={})
    assert listener.hooks()[0].env == {}


def test_a_huge_value_is_cut(listener: Listener, socket_path: Path) -> None:
    run(arguments(socket_path), env={"TMUX": "\u00e4" * 50_000, "STY": ""})
    assert listener.hooks()[0].env == {"TMUX": "\u00e4" * 512, "STY": ""}


@given(value=st.binary(max_size=600).map(lambda value: value.replace(b"\0", b"\n")))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
def test_any_bytes_are_told_as_their_text(socket_path: Path, value: bytes) -> None:
    run(arguments(socket_path), env={"TMUX": value})
    frame = spooled(socket_path)[-1]
    assert hook(frame).env == {"TMUX": value.decode("utf-8", "replace")[:512]}
    assert b"\n" not in frame


def test_quotes_backslashes_and_control_characters_survive(
    listener: Listener, socket_path: Path
) -> None:
    value = 'a"b\\c\n\t\x01\x1f\x7f\u2028\U0001f600'
    run(arguments(socket_path), env={"TERM_PROGRAM": value})
    assert listener.hooks()[0].env == {"TERM_PROGRAM": value}
