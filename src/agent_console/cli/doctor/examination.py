"""All checks, in the order in which an event travels: settings, hook, socket, daemon, ledger.

Rule: a check that fails itself is a finding, so that one surprise never hides the others.
"""

from collections.abc import Callable, Iterator

from agent_console.cli.doctor import (
    completeness_checks,
    configuration_checks,
    cost_checks,
    daemon_checks,
    history_checks,
    hook_checks,
    privacy_checks,
    process_checks,
    registry_checks,
    settings_checks,
    systemd_checks,
)
from agent_console.cli.doctor.finding import Finding, problem
from agent_console.cli.doctor.probe import probe
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.out_of_reach import out_of_reach

CHECKS: tuple[Callable[[Situation], Iterator[Finding]], ...] = (
    settings_checks.settings,
    settings_checks.switched_off,
    process_checks.started_without_hooks,
    settings_checks.plugin_too,
    settings_checks.installation_record,
    hook_checks.interpreter,
    hook_checks.script,
    hook_checks.socket_agreement,
    configuration_checks.configuration,
    daemon_checks.daemon,
    daemon_checks.stale_socket,
    daemon_checks.second_daemon,
    registry_checks.watched,
    systemd_checks.systemd,
    privacy_checks.privacy,
    history_checks.spooled,
    history_checks.ledger,
    completeness_checks.complete,
    cost_checks.own_costs,
    history_checks.retention,
    probe,
)


def examine(situation: Situation) -> list[Finding]:
    """What all checks found."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += check(situation)
        except Exception as error:  # noqa: BLE001 - see the rule
            findings.append(_failed(check.__name__.replace("_", " "), error))
    return findings


def _failed(check: str, error: Exception) -> Finding:
    said = out_of_reach(error) if isinstance(error, OSError) else None
    if said is not None:
        return problem(check, str(said), "Make it readable for you.")
    text = f"This check failed itself: {type(error).__name__}: {error}"
    return problem(check, text, "Report it, please.")
