"""Do Claude Code's settings run our hooks at every event?"""

from collections.abc import Iterator

from agent_console.claude_code.gate_registration import has_gate, with_gate
from agent_console.claude_code.hook_registration import EVENTS, registrations
from agent_console.claude_code.json_shape import as_object
from agent_console.cli.doctor.finding import Finding, ok, problem, warning
from agent_console.cli.doctor.situation import SettingsFile, Situation
from agent_console.cli.install import hook_command, manifest, scripts
from agent_console.cli.install.telling import short
from agent_console.errors import ConfigError

INSTALL = "agent-console install"


def settings(situation: Situation) -> Iterator[Finding]:
    """Each settings file can be read and has all our entries."""
    plugin = _has_plugin(situation)
    installed = [file for file in situation.users if file.ours]
    for file in situation.users:
        name = short(file.path)
        if file.error is not None:
            yield problem(
                "settings",
                f"{name}: {file.error.removeprefix(str(file.path)).lstrip()}",
                "Correct it; Claude Code needs it too.",
            )
        elif file.ours:
            yield _entries(file, situation.socket)
        elif file.is_there and not plugin and installed:
            yield warning("settings", f"{name} has no hooks of ours.", INSTALL)
    unread = any(file.error is not None for file in situation.users)
    if not installed and not plugin and not unread:
        yield problem("settings", "Claude Code does not know of agent-console.", INSTALL)


def switched_off(situation: Situation) -> Iterator[Finding]:
    """Nothing keeps Claude Code from running hooks."""
    off = [
        f for f in (*situation.users, *situation.others) if f.value.get("disableAllHooks") is True
    ]
    for file in off:
        yield problem(
            "hooks allowed",
            f"{short(file.path)} switches all hooks off (disableAllHooks).",
            "Remove disableAllHooks there.",
        )
    managed = [f for f in situation.others if f.value.get("allowManagedHooksOnly") is True]
    for file in managed:
        yield problem(
            "hooks allowed",
            f"{file.path} allows the administrator's hooks only (allowManagedHooksOnly).",
            "Ask your administrator; until then the board lives from Claude Code's registry alone.",
        )
    for file in situation.others:
        if file.error is not None:
            yield warning(
                "hooks allowed", f"{short(file.path)}: {file.error}", "Correct it, or remove it."
            )
    if not off and not managed:
        yield ok("hooks allowed", "No settings switch hooks off.")


def plugin_too(situation: Situation) -> Iterator[Finding]:
    """The plugin and the settings do not both run hooks."""
    installed = any(file.ours for file in situation.users)
    if not _has_plugin(situation):
        return
    if installed:
        yield warning(
            "plugin",
            "The plugin and settings.json both run our hooks; each event is counted once.",
            "Keep one: `agent-console uninstall`, or remove the plugin with /plugin.",
        )
    else:
        yield ok("plugin", "Our hooks are run by the plugin.")


def installation_record(_situation: Situation) -> Iterator[Finding]:
    """What uninstall needs to know can be read."""
    try:
        manifest.load()
    except ConfigError as error:
        unreadable = isinstance(error.__cause__, OSError)
        mend = "Make it readable for you." if unreadable else f"rm {manifest.path()}"
        yield problem("record", str(error), mend)


def _entries(file: SettingsFile, socket: str) -> Finding:
    name = short(file.path)
    missing = [event for event in EVENTS if event not in file.ours]
    if missing:
        return problem(
            "settings",
            f"{name} lacks our hook for {len(missing)} events: {_few(missing)}.",
            INSTALL,
        )
    links = [link for command in file.commands if (link := hook_command.read(command))]
    if links:
        command = hook_command.for_events(links[0].python, scripts.folder(), socket)
        wanted = registrations(command)
        if has_gate(file.ours):
            gate = hook_command.for_gate(links[0].python, scripts.folder(), socket)
            wanted = with_gate(wanted, gate)
        if file.ours == wanted:
            gated = " and the gate" if has_gate(file.ours) else ""
            return ok("settings", f"{name} runs our hook at all {len(EVENTS)} events{gated}.")
    return warning("settings", f"{name} has hooks of another version or folder.", INSTALL)


def _has_plugin(situation: Situation) -> bool:
    """Whether our plugin is switched on (`enabledPlugins`: `name@marketplace`)."""
    for file in (*situation.users, *situation.others):
        enabled = as_object(file.value.get("enabledPlugins"))
        if any(name.split("@")[0] == "agent-console" and on for name, on in enabled.items()):
            return True
    return False


def _few(names: list[str]) -> str:
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
