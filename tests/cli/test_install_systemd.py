"""`agent-console install --systemd`: the units, and what systemctl is asked to do.

What the units are worth is asked in tests/systemd.
"""

import json

import pytest
from tests.cli.recording_systemctl import Systemctl, systemctl

from agent_console.cli.install import units
from agent_console.cli.main import main

__all__ = ["systemctl"]


def test_the_socket_is_enabled_at_once(systemctl: Systemctl) -> None:
    assert main(["install", "--systemd"]) == 0

    assert systemctl.calls == ["daemon-reload", f"enable --now {units.SOCKET}"]
    assert (units.folder() / units.SERVICE).exists()
    assert (units.folder() / units.SOCKET).exists()
    assert not units.drop_in().exists()


def test_a_second_install_leaves_a_running_socket_alone(systemctl: Systemctl) -> None:
    assert main(["install", "--systemd"]) == 0
    systemctl.answers(active=True)
    systemctl.forget()

    assert main(["install", "--systemd"]) == 0

    assert "restart" not in " ".join(systemctl.calls)


def test_changed_units_are_put_to_work(systemctl: Systemctl) -> None:
    assert main(["install", "--systemd"]) == 0
    systemctl.answers(active=True)
    systemctl.forget()

    assert main(["install", "--systemd", "--hardening"]) == 0

    assert units.drop_in().exists()
    assert systemctl.calls == ["daemon-reload", f"restart {units.SOCKET} {units.SERVICE}"]


def test_without_a_reachable_manager_the_commands_are_told(
    systemctl: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    systemctl.answers(active=False, reachable=False)

    assert main(["install", "--systemd", "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["commands"] == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {units.SOCKET}",
    ]
    assert systemctl.calls == []


def test_uninstall_stops_the_units_and_takes_them_away(systemctl: Systemctl) -> None:
    assert main(["install", "--systemd", "--hardening"]) == 0
    systemctl.forget()

    assert main(["uninstall"]) == 0

    assert systemctl.calls == [f"disable --now {units.SOCKET} {units.SERVICE}", "daemon-reload"]
    assert not units.drop_in().parent.exists()
    assert not (units.folder() / units.SERVICE).exists()
    assert not (units.folder() / units.SOCKET).exists()


def test_other_units_and_drop_ins_are_left_alone(systemctl: Systemctl) -> None:
    assert main(["install", "--systemd", "--hardening"]) == 0
    own = units.drop_in().with_name("mine.conf")
    own.write_text("[Service]\n")

    assert main(["uninstall"]) == 0

    assert own.exists()


def test_dry_run_shows_the_units_and_calls_nobody(
    systemctl: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--systemd", "--dry-run"]) == 0

    assert "ListenStream=" in capsys.readouterr().out
    assert not units.folder().exists()
    assert systemctl.calls == []


def test_hardening_without_systemd_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--hardening"]) == 2

    assert "--systemd" in capsys.readouterr().err
