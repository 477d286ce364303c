"""`agent-console doctor` about units that are installed."""

import json

import pytest
from tests.cli.recording_systemctl import Systemctl, systemctl

from agent_console.cli.install import units
from agent_console.cli.main import main

__all__ = ["systemctl"]


def says(capsys: pytest.CaptureFixture[str], check: str) -> list[dict[str, str]]:
    capsys.readouterr()
    main(["doctor", "--json"])
    findings: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return [finding for finding in findings if finding["check"] == check]


def test_units_that_are_on_are_well(
    systemctl: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--systemd"]) == 0
    systemctl.answers(active=True)

    (found,) = says(capsys, "systemd")

    assert found["level"] == "ok"
    assert says(capsys, "systemd units") == []


def test_a_socket_unit_that_is_off_is_a_problem(
    systemctl: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--systemd"]) == 0
    systemctl.answers(active=False)

    (found,) = says(capsys, "systemd")

    assert found["level"] == "problem"
    assert found["mend"] == f"systemctl --user enable --now {units.SOCKET}"


def test_a_service_that_failed_is_a_problem(
    systemctl: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--systemd"]) == 0
    systemctl.answers(active=True, failed=True)

    (found,) = says(capsys, "systemd")

    assert found["level"] == "problem"
    assert "journalctl" in found["mend"]


def test_a_manager_out_of_reach_is_a_warning(
    systemctl: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--systemd"]) == 0
    systemctl.answers(active=False, reachable=False)

    (found,) = says(capsys, "systemd")

    assert found["level"] == "warning"


def test_units_of_another_version_are_a_warning(
    systemctl: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--systemd"]) == 0
    systemctl.answers(active=True)
    with (units.folder() / units.SERVICE).open("a") as service:
        service.write("# older\n")

    (found,) = says(capsys, "systemd units")

    assert found["level"] == "warning"
    assert units.SERVICE in found["text"]
