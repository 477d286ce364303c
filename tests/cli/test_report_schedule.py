"""`agent-console report schedule`: the timer, and what systemctl is asked to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.recording_systemctl import Systemctl, systemctl

from agent_console.cli.install import manifest, report_units, units
from agent_console.errors import ConfigError

__all__ = ["systemctl"]

needs_systemd_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)


def unit(name: str) -> str:
    return (units.folder() / name).read_text()


def test_a_timer_is_enabled_that_writes_last_months_report(
    run: Run, systemctl: Systemctl, scratch_home: Path
) -> None:
    folder = scratch_home / "reports"

    done = run("report", "schedule", "--dir", str(folder), "--format", "csv")

    assert done.code == 0
    assert systemctl.calls == ["daemon-reload", f"enable --now {report_units.TIMER}"]
    assert f"report --month last --format csv --output {folder}\n" in unit(report_units.SERVICE)
    assert "OnCalendar=*-*-01 06:00:00\n" in unit(report_units.TIMER)
    assert folder.stat().st_mode & 0o777 == 0o700


@needs_systemd_analyze
@pytest.mark.usefixtures("systemctl")
def test_systemd_finds_nothing_to_say_about_the_units(run: Run, scratch_home: Path) -> None:
    odd = scratch_home / '50% $HOME "q" it\'s'
    assert run("report", "schedule", "--dir", str(odd)).code == 0

    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", report_units.SERVICE, report_units.TIMER],
        cwd=units.folder(),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(scratch_home)},
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd_analyze
@pytest.mark.usefixtures("systemctl")
def test_the_timer_elapses_on_the_first_of_a_month(run: Run) -> None:
    run("report", "schedule")
    (when,) = [
        line.removeprefix("OnCalendar=")
        for line in unit(report_units.TIMER).splitlines()
        if line.startswith("OnCalendar=")
    ]

    done = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=3", when],
        capture_output=True,
        text=True,
        check=False,
    )

    said = [line for line in done.stdout.splitlines() if "06:00:00" in line and "-01 " in line]
    assert len(said) >= 3


def test_a_folder_is_one_word_for_systemd(scratch_home: Path) -> None:
    folder = scratch_home / "50% of $HOME"

    report_units.put("/usr/bin/agent-console", folder, "html")

    quoted = f'"{scratch_home}/50%% of $$HOME"'
    assert f"--output {quoted}\n" in unit(report_units.SERVICE)


def test_a_folder_that_no_unit_can_name_is_refused(scratch_home: Path) -> None:
    with pytest.raises(ConfigError, match="cannot stand"):
        report_units.put("/usr/bin/agent-console", scratch_home / "a\nExecStart=x", "html")

    assert not units.folder().exists()


def test_doing_it_again_changes_folder_and_format(
    run: Run, systemctl: Systemctl, scratch_home: Path
) -> None:
    run("report", "schedule")
    again = run("report", "schedule", "--format", "markdown", "--json").json

    assert [change["action"] for change in again["changes"]][:1] == ["changed"]
    assert f"--format markdown --output {scratch_home}/claude-code-usage" in unit(
        report_units.SERVICE
    )
    del systemctl


def test_remove_takes_it_away_and_leaves_the_reports(
    run: Run, systemctl: Systemctl, scratch_home: Path
) -> None:
    run("report", "schedule")
    report = scratch_home / "claude-code-usage" / "claude-code-usage-2026-10.html"
    report.write_text("kept")
    systemctl.forget()

    done = run("report", "schedule", "--remove")

    assert done.code == 0
    assert systemctl.calls == [f"disable --now {report_units.TIMER}", "daemon-reload"]
    assert not [path for path in report_units.paths() if path.exists()]
    assert manifest.load().units == ()
    assert report.read_text() == "kept"
    assert "No report is scheduled" in run("report", "schedule", "--remove").err


def test_uninstall_takes_it_away(run: Run, systemctl: Systemctl) -> None:
    run("report", "schedule")
    systemctl.forget()

    assert run("uninstall").code == 0

    assert systemctl.calls == [f"disable --now {report_units.TIMER}", "daemon-reload"]
    assert not [path for path in report_units.paths() if path.exists()]


@pytest.mark.parametrize("words", [("report", "schedule", "--remove"), ("uninstall",)])
def test_what_systemd_has_made_for_the_timer_goes_with_it(
    run: Run, systemctl: Systemctl, scratch_home: Path, words: tuple[str, ...]
) -> None:
    run("report", "schedule")
    service, timer = report_units.paths()
    enabled = units.folder() / "timers.target.wants" / timer.name
    enabled.parent.mkdir()
    enabled.symlink_to(timer)
    stamp = scratch_home / ".local/share/systemd/timers" / f"stamp-{timer.name}"
    others = stamp.with_name("stamp-another.timer")
    stamp.parent.mkdir(parents=True)
    for path in (stamp, others):
        path.touch()
    systemctl.answers(active=False, reachable=False)

    done = run(*words)

    assert done.code == 0
    assert f"  systemctl --user stop {timer.name}\n  systemctl --user daemon-reload" in done.out
    assert not any(os.path.lexists(path) for path in (service, timer, enabled, stamp))
    assert not enabled.parent.exists()
    assert others.exists()


def test_a_timer_of_somebody_else_stays_enabled(run: Run, systemctl: Systemctl) -> None:
    run("report", "schedule")
    wants = units.folder() / "timers.target.wants"
    wants.mkdir()
    for name in (report_units.TIMER, "another.timer"):
        (wants / name).symlink_to(units.folder() / name)

    run("report", "schedule", "--remove")

    assert os.listdir(wants) == ["another.timer"]
    del systemctl


def test_without_a_reachable_manager_the_commands_are_told(run: Run, systemctl: Systemctl) -> None:
    systemctl.answers(active=False, reachable=False)

    done = run("report", "schedule", "--json")

    assert done.code == 0
    assert done.json["commands"] == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {report_units.TIMER}",
    ]
    assert systemctl.calls == []


def test_the_options_of_report_do_not_stand_before_schedule(run: Run) -> None:
    done = run("report", "--month", "last", "schedule")

    assert done.code == 2
    assert "behind its name" in done.err


def test_the_service_writes_the_report(run: Run, systemctl: Systemctl, scratch_home: Path) -> None:
    run("report", "schedule", "--format", "markdown")
    (command,) = [
        line.removeprefix("ExecStart=")
        for line in unit(report_units.SERVICE).splitlines()
        if line.startswith("ExecStart=")
    ]

    assert run(*command.split()[1:]).code == 0

    (made,) = (scratch_home / "claude-code-usage").iterdir()
    assert made.read_text().startswith("# Claude Code usage, ")
    del systemctl
