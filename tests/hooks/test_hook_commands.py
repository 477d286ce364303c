"""The shell commands that are registered: silent whatever is missing, and at the right socket."""

import itertools
import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from tests.hooks.running import HOOK, HOOKS, PYTHON, RARE, Listener, event_of, run

from agent_console.claude_code.hook_registration import (
    EVENTS,
    OTHER_TOOLS,
    QUESTION_TOOLS,
    REGISTRATIONS,
    plugin_command,
    registrations,
)
from agent_console.cli.install.hook_command import for_events
from agent_console.paths import socket_path as resolved_socket_path
from agent_console.version import __version__

PLUGIN = HOOKS.parent

NEVER = {
    "WorktreeCreate",
    "MessageDisplay",
    "UserPromptExpansion",
    "FileChanged",
    "InstructionsLoaded",
    "Setup",
}


def test_the_installed_command_delivers(listener: Listener, socket_path: Path) -> None:
    _run_in_shell(for_events(PYTHON, HOOKS, str(socket_path))("Stop"))
    assert event_of(listener.hooks()[0]).strip() == b'{"a":1}'


def test_the_installed_command_bears_any_path(scratch_home: Path) -> None:
    folder = scratch_home / """a b'c"d$(e)`f`"""
    folder.mkdir()
    for file in (HOOK, RARE):
        (folder / file.name).write_text(file.read_text())
    listener = Listener(folder / "d.sock")
    _run_in_shell(for_events(PYTHON, folder, str(listener.path))("Stop"))
    listener.close()
    assert len(listener.frames()) == 1


@pytest.mark.parametrize("broken", ["gone", "not executable", "folder", "fails", "noise", "killed"])
def test_an_interpreter_that_does_not_work_is_borne(scratch_home: Path, broken: str) -> None:
    python = scratch_home / "python3"
    scripts = {"fails": "exit 2", "noise": "echo {}; echo x >&2; exit 1", "killed": "kill -9 $$"}
    if broken == "folder":
        python.mkdir()
    elif broken != "gone":
        python.write_text(f"#!/bin/sh\n{scripts.get(broken, 'exit 2')}\n")
        python.chmod(0o600 if broken == "not executable" else 0o700)
    _run_in_shell(for_events(str(python), HOOKS, "/nowhere")("Stop"))


@pytest.mark.parametrize("number", ["SEGV", "KILL", "ABRT"])
@pytest.mark.parametrize("by", ["dash", "bash"])
def test_a_shell_does_not_tell_of_an_interpreter_that_dies(
    scratch_home: Path, number: str, by: str
) -> None:
    """Which shell /bin/sh is differs by system."""
    shell = shutil.which(by)
    if shell is None:
        pytest.skip(f"there is no {by}")
    python = scratch_home / "python3"
    _script(python, f"kill -{number} $$")
    for command in (for_events(str(python), HOOKS, "/nowhere")("Stop"), plugin_command("Stop")):
        run(
            [shell, *shlex.split(command)[1:]],
            env={"PATH": str(scratch_home), "CLAUDE_PLUGIN_ROOT": str(PLUGIN)},
        )


def test_a_hook_script_that_is_gone_is_borne() -> None:
    _run_in_shell(for_events(PYTHON, Path("/nowhere"), "/nowhere")("Stop"))


def test_the_plugin_delivers(listener: Listener, socket_path: Path) -> None:
    _run_in_shell(
        plugin_command("Stop"),
        {"CLAUDE_PLUGIN_ROOT": str(PLUGIN), "AGENT_CONSOLE_SOCKET": str(socket_path)},
    )
    assert event_of(listener.hooks()[0]).strip() == b'{"a":1}'


@pytest.mark.parametrize("substituted", [False, True], ids=["environment", "text too"])
@pytest.mark.parametrize(
    "root", ["a b", "o'neil", 'a"b', "a$(id)b", "$HOME", "a`id`b", "a\\b", "*"]
)
def test_the_plugin_bears_any_root(
    scratch_home: Path, root: str, substituted: bool, listener: Listener, socket_path: Path
) -> None:
    """Claude Code sets the variable, and replaces it in the text where it has braces."""
    folder = scratch_home / root
    (folder / "hooks").mkdir(parents=True)
    for file in (HOOK, RARE):
        (folder / "hooks" / file.name).write_text(file.read_text())
    command = plugin_command("Stop")
    if substituted:
        command = command.replace("${CLAUDE_PLUGIN_ROOT}", str(folder))
    _run_in_shell(
        command, {"CLAUDE_PLUGIN_ROOT": str(folder), "AGENT_CONSOLE_SOCKET": str(socket_path)}
    )
    assert len(listener.frames()) == 1


def test_the_plugin_leaves_nothing_to_be_replaced_in_its_text() -> None:
    assert "${CLAUDE_PLUGIN_ROOT}" not in plugin_command("Stop")


def test_the_plugin_is_silent_without_python(scratch_home: Path) -> None:
    _run_in_shell(
        plugin_command("Stop"), {"CLAUDE_PLUGIN_ROOT": str(PLUGIN), "PATH": str(scratch_home)}
    )


def test_the_plugin_is_silent_without_its_root() -> None:
    _run_in_shell(plugin_command("Stop"), {})


def test_the_plugin_goes_past_the_shim_of_a_version_manager(
    scratch_home: Path, socket_path: Path
) -> None:
    if not os.access("/usr/bin/python3", os.X_OK):
        pytest.skip("there is no interpreter of the system's own")
    shims = scratch_home / "shims"
    shims.mkdir()
    _script(shims / "python3", "exit 2")
    listener = Listener(socket_path)
    _run_in_shell(
        plugin_command("Stop"),
        {
            "CLAUDE_PLUGIN_ROOT": str(PLUGIN),
            "PATH": f"{shims}:{os.environ['PATH']}",
            "AGENT_CONSOLE_SOCKET": str(socket_path),
        },
    )
    listener.close()
    assert len(listener.frames()) == 1


@pytest.mark.parametrize(
    ("given", "runtime", "home"),
    list(
        itertools.product(
            [None, "", "/tmp/given one.sock"],
            [None, "", "/tmp/run time"],
            [None, "", "/tmp/ho me"],
        )
    ),
)
def test_plugin_and_daemon_agree_on_the_socket(
    scratch_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: str | None,
    runtime: str | None,
    home: str | None,
) -> None:
    """The shell command asks the script only for what a shell cannot find: the two together."""
    told = scratch_home / "told"
    (scratch_home / "hooks").mkdir()
    (scratch_home / "hooks" / HOOK.name).write_text(
        "import posix, sys\n"
        f"functions = {{}}\nexec(open({str(RARE)!r}).read(), functions)\n"
        "path = sys.argv[1].encode() or functions['socket_path']()\n"
        f"open({str(told)!r}, 'wb').write(path)\n"
    )
    monkeypatch.chdir(scratch_home)
    env = {"AGENT_CONSOLE_SOCKET": given, "XDG_RUNTIME_DIR": runtime, "HOME": home}
    for name, value in env.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    known = {name: value for name, value in env.items() if value is not None}
    _run_in_shell(plugin_command("Stop"), {"CLAUDE_PLUGIN_ROOT": str(scratch_home), **known})
    assert os.path.abspath(told.read_text()) == resolved_socket_path()


def test_the_plugin_registers_what_the_table_says() -> None:
    plugin = json.loads((HOOKS / "hooks.json").read_text())
    assert plugin["hooks"] == registrations(plugin_command)
    assert list(plugin["hooks"]) == list(EVENTS)


def test_the_plugin_bears_the_version_of_the_package() -> None:
    manifest = json.loads((PLUGIN / ".claude-plugin" / "plugin.json").read_text())
    assert (manifest["name"], manifest["version"]) == ("agent-console", __version__)


def test_events_that_are_not_ours_are_never_registered() -> None:
    assert NEVER.isdisjoint(EVENTS)


def test_each_hook_ends_by_its_own_timeout() -> None:
    for groups in registrations(lambda event: event).values():
        for group in groups:
            for hook in group["hooks"]:
                assert 2 <= hook["timeout"] <= 10


def test_each_tool_is_told_once_and_only_questions_are_waited_for() -> None:
    asked, others = (entry for entry in REGISTRATIONS if entry.event == "PreToolUse")
    assert (asked.matcher, asked.is_async) == (QUESTION_TOOLS, False)
    assert (others.matcher, others.is_async) == (OTHER_TOOLS, True)
    for tool in ("AskUserQuestion", "ExitPlanMode"):
        assert tool in QUESTION_TOOLS.split("|")
        assert not re.search(OTHER_TOOLS, tool)
    for tool in ("Bash", "mcp__rig__echo", "AskUserQuestion2", "ExitPlan", "MyExitPlanMode"):
        assert re.search(OTHER_TOOLS, tool)
        assert tool not in QUESTION_TOOLS.split("|")


def test_what_decides_a_status_is_waited_for() -> None:
    waited_for = {entry.event for entry in REGISTRATIONS if not entry.is_async}
    assert waited_for == {
        "SessionStart",
        "UserPromptSubmit",
        "PreToolUse",
        "PermissionRequest",
        "Notification",
        "Elicitation",
        "ElicitationResult",
        "PreCompact",
        "PostCompact",
        "Stop",
        "StopFailure",
        "SessionEnd",
    }


def _run_in_shell(command: str, env: dict[str, str] | None = None) -> None:
    assert "\n" not in command
    with_path = None if env is None else {"PATH": os.environ["PATH"], **env}
    run(["/bin/sh", "-c", command], env=with_path)


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
