"""`agent-console doctor`: each broken link is found, named, and comes with its mend."""

import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.client.real_daemon import real_daemon
from tests.daemon.running import DEADLINE_SECONDS

from agent_console.cli import running_daemon
from agent_console.cli.doctor import history_checks, probe, situation
from agent_console.cli.install import units
from agent_console.cli.main import main
from agent_console.client.blocking import connect
from agent_console.daemon.process_identity import process_start
from agent_console.errors import LedgerError
from agent_console.paths import config_path, data_dir, database_path, socket_path, spool_dir
from agent_console.protocol.messages import Hook, ServerStatus
from agent_console.usage.database.denied import Denial
from agent_console.usage.maintenance import integrity
from agent_console.usage.writing.ledger import Ledger


class Patient:
    """Somebody's installation, and what doctor says of it."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.settings = home / ".claude" / "settings.json"
        self._capsys = capsys

    def install(self, *options: str) -> None:
        assert main(["install", *options]) == 0

    def edit(self, **members: Any) -> None:
        text = self.settings.read_text() if self.settings.exists() else "{}"
        said: dict[str, Any] = json.loads(text)
        self.settings.write_text(json.dumps({**said, **members}))

    def examined(self) -> dict[str, list[dict[str, str]]]:
        """The findings by check; the exit code is 1 exactly when one is a problem."""
        self._capsys.readouterr()
        code = main(["doctor", "--json"])
        findings = json.loads(self._capsys.readouterr().out)
        assert code == int(any(finding["level"] == "problem" for finding in findings))
        for finding in findings:
            assert bool(finding["mend"]) == (finding["level"] != "ok")
        by_check: dict[str, list[dict[str, str]]] = {}
        for finding in findings:
            by_check.setdefault(finding["check"], []).append(finding)
        return by_check

    def says(self, check: str) -> dict[str, str]:
        """The one finding of a check."""
        (finding,) = self.examined()[check]
        return finding


@pytest.fixture
def patient(
    scratch_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Patient:
    """Nothing is installed yet."""
    monkeypatch.setattr(situation, "MANAGED_SETTINGS", (str(scratch_home / "managed.json"),))
    (scratch_home / ".claude").mkdir()
    project = scratch_home / "project"
    (project / ".claude").mkdir(parents=True)
    monkeypatch.chdir(project)
    return Patient(scratch_home, capsys)


@pytest.fixture
def daemon() -> "Iterator[subprocess.Popen[bytes]]":
    """The real one."""
    with real_daemon(socket_path()) as process:
        yield process


def test_a_whole_installation_is_well(
    patient: Patient, daemon: "subprocess.Popen[bytes]", capsys: pytest.CaptureFixture[str]
) -> None:
    patient.install()

    found = patient.examined()

    assert {finding["level"] for findings in found.values() for finding in findings} == {"ok"}
    assert "reached the daemon" in found["probe"][0]["text"]
    assert str(daemon.pid) in found["daemon"][0]["text"]
    assert main(["doctor"]) == 0
    assert "All is well" in capsys.readouterr().err


def test_the_probe_changes_nothing_on_the_board(
    patient: Patient, daemon: "subprocess.Popen[bytes]", capsys: pytest.CaptureFixture[str]
) -> None:
    del daemon
    patient.install()
    patient.examined()

    assert main(["list", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == []


def test_a_hook_that_does_nothing_is_a_problem(
    patient: Patient, daemon: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    del daemon
    monkeypatch.setattr(probe, "ARRIVAL_SECONDS", 0.2)
    patient.install()
    (data_dir() / "hooks" / "agent_console_hook.py").write_text("")

    found = patient.says("probe")

    assert found["level"] == "problem"
    assert "did not hear" in found["text"]


def test_the_registries_that_the_daemon_watches_are_named(
    patient: Patient, daemon: "subprocess.Popen[bytes]"
) -> None:
    del daemon
    patient.install()
    (patient.home / "second").mkdir()
    patient.install("--config-dir", str(patient.home / "second"))

    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(findings := patient.examined()["registry"]) > 1:  # it has yet to hear of the second
        assert time.monotonic() < deadline, findings
    (found,) = findings
    assert found["level"] == "ok"
    assert "~/.claude/sessions" in found["text"]
    assert "~/second/sessions" in found["text"]


def test_a_registry_that_the_daemon_does_not_watch_is_a_warning(
    patient: Patient, daemon: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    del daemon
    patient.install()

    def not_told(_: str) -> None: ...

    monkeypatch.setattr(running_daemon, "reload", not_told)
    (patient.home / "second").mkdir()
    patient.install("--config-dir", str(patient.home / "second"))

    found, _ = patient.examined()["registry"]

    assert found["level"] == "warning"
    assert "~/second/sessions" in found["text"]
    assert found["mend"] == "agent-console daemon restart"


def registered(patient: Patient, *arguments: str) -> "subprocess.Popen[bytes]":
    """A process that the registry knows, with arguments of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()  # its command line cannot be read from the very beginning
    folder = patient.home / ".claude" / "sessions"
    folder.mkdir(exist_ok=True)
    entry = {"pid": process.pid, "sessionId": "s", "procStart": process_start(process.pid)}
    (folder / f"{process.pid}.json").write_text(json.dumps(entry))
    return process


@pytest.mark.parametrize("option", ["--bare", "--safe-mode"])
@pytest.mark.skipif(sys.platform != "linux", reason="command lines are read from /proc")
def test_a_session_that_was_started_without_hooks_is_named(patient: Patient, option: str) -> None:
    with registered(patient, option) as process:
        try:
            found = patient.says("sessions")
        finally:
            process.kill()

    assert found["level"] == "warning"
    assert str(process.pid) in found["text"]
    assert option in found["text"]


def test_the_options_that_switch_hooks_off_are_named_in_any_case(patient: Patient) -> None:
    with registered(patient, "-p", "--", "--bare") as process:
        try:
            found = patient.says("sessions")
        finally:
            process.kill()

    assert found["level"] == "ok"
    assert "--bare" in found["text"]
    assert "--safe-mode" in found["text"]


def test_no_hooks_at_all_is_a_problem(patient: Patient) -> None:
    found = patient.says("settings")

    assert found["level"] == "problem"
    assert found["mend"] == "agent-console install"


def test_settings_that_cannot_be_read_are_shown_with_their_place(patient: Patient) -> None:
    patient.install()
    patient.settings.write_text("{\n  nonsense\n}")

    found = patient.examined()["settings"]

    assert "line 2 column 3" in found[0]["text"]
    assert found[0]["level"] == "problem"


def test_settings_that_nobody_can_read_are_one_problem(patient: Patient) -> None:
    os.mkfifo(patient.settings)

    (found,) = patient.examined()["settings"]

    assert found["text"] == "~/.claude/settings.json: cannot be read: it is no ordinary file."


def test_an_event_that_is_not_registered_is_named(patient: Patient) -> None:
    patient.install()
    said = json.loads(patient.settings.read_text())
    del said["hooks"]["Stop"]
    patient.settings.write_text(json.dumps(said))

    found = patient.says("settings")

    assert found["level"] == "problem"
    assert "Stop" in found["text"]


def test_hooks_of_another_version_are_a_warning(patient: Patient) -> None:
    patient.install()
    patient.settings.write_text(
        patient.settings.read_text().replace('"timeout": 5', '"timeout": 9')
    )

    assert patient.says("settings")["level"] == "warning"


@pytest.mark.parametrize("where", ["user", "project", "local", "managed"])
def test_hooks_switched_off_anywhere_are_a_problem(patient: Patient, where: str) -> None:
    patient.install()
    path = {
        "user": patient.settings,
        "project": patient.home / "project/.claude/settings.json",
        "local": patient.home / "project/.claude/settings.local.json",
        "managed": patient.home / "managed.json",
    }[where]
    said: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**said, "disableAllHooks": True}))

    found = patient.says("hooks allowed")

    assert found["level"] == "problem"
    assert path.name in found["text"]


def test_managed_hooks_only_is_a_problem(patient: Patient) -> None:
    patient.install()
    (patient.home / "managed.json").write_text('{"allowManagedHooksOnly": true}')

    assert "administrator" in patient.says("hooks allowed")["text"]


def test_a_missing_interpreter_is_a_problem(patient: Patient) -> None:
    patient.install()
    text = patient.settings.read_text()
    python = text.partition("[ -x ")[2].partition(" ]")[0]
    patient.settings.write_text(text.replace(python, "/gone/python3"))

    found = patient.says("interpreter")

    assert found["level"] == "problem"
    assert "/gone/python3" in found["text"]


def test_an_interpreter_that_does_not_run_is_a_problem(patient: Patient) -> None:
    patient.install()
    text = patient.settings.read_text()
    python = text.partition("[ -x ")[2].partition(" ]")[0]
    patient.settings.write_text(text.replace(python, "/bin/false"))

    assert patient.says("interpreter")["level"] == "problem"


def test_a_missing_hook_script_is_a_problem(patient: Patient) -> None:
    patient.install()
    (data_dir() / "hooks" / "agent_console_hook_rare.py").unlink()

    found = patient.says("hook script")

    assert found["level"] == "problem"
    assert "agent_console_hook_rare.py" in found["text"]


def test_another_versions_hook_script_is_a_warning(patient: Patient) -> None:
    patient.install()
    with (data_dir() / "hooks" / "agent_console_hook.py").open("a") as script:
        script.write("# older\n")

    assert patient.says("hook script")["level"] == "warning"


def test_hooks_that_report_elsewhere_are_a_problem(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.install()
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", f"{patient.home}/other.sock")

    found = patient.says("socket path")

    assert found["level"] == "problem"
    assert "other.sock" in found["text"]
    assert "daemon.sock" in found["text"]


def test_a_socket_unit_that_listens_elsewhere_is_a_problem(patient: Patient) -> None:
    patient.install()
    units.folder().mkdir(parents=True)
    (units.folder() / units.SOCKET).write_text("[Socket]\nListenStream=/run/50%%/x.sock\n")

    found = patient.says("socket path")

    assert found["level"] == "problem"
    assert "/run/50%/x.sock" in found["text"]


def test_a_configuration_that_cannot_be_used_is_a_problem(patient: Patient) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text('[daemon]\nidle_exit_minutes = "x"\n')

    found = patient.says("configuration")

    assert found["level"] == "problem"
    assert "`daemon.idle_exit_minutes`" in found["text"]
    assert "config validate" in found["mend"]


def test_a_key_that_means_nothing_is_a_warning(patient: Patient) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[daemon]\nidle_exit = 5\n")

    found = patient.says("configuration")

    assert found["level"] == "warning"
    assert "`daemon.idle_exit`" in found["text"]


def test_a_configuration_is_named_where_there_is_one(patient: Patient) -> None:
    assert "configuration" not in patient.examined()
    config_path().parent.mkdir(parents=True)
    config_path().write_text("")

    assert patient.says("configuration")["level"] == "ok"


def test_transcripts_that_the_daemon_cannot_take_in_are_told(
    patient: Patient, daemon: "subprocess.Popen[bytes]"
) -> None:
    folder = patient.home / ".claude" / "projects" / "-p"
    folder.mkdir(parents=True)
    transcript = folder / "11111111-1111-4111-8111-111111111111.jsonl"
    transcript.write_text(
        '{"type":"assistant","timestamp":"2026-11-20T12:00:00.000Z","uuid":"u",'
        f'"sessionId":"{transcript.stem}","message":{{"id":"msg_1","role":"assistant",'
        '"model":"claude-sonnet-4-5","content":[],"usage":{"input_tokens":5}}}\n'
    )
    event = {
        "hook_event_name": "Stop",
        "session_id": transcript.stem,
        "transcript_path": str(transcript),
    }
    # No file of the daemon, or of what it starts, grows any more: as on a full disk.
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    with connect(socket_path()) as client:
        client.request(Hook(event=msgspec.Raw(msgspec.json.encode(event))))
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (indexing := client.request(ServerStatus()).indexing) is None or (
            indexing.last_error is None
        ):
            assert time.monotonic() < deadline
            time.sleep(0.02)  # the reading process is nice, and waits for the processor

    found = patient.says("transcripts")

    assert found["level"] == "warning"
    assert indexing.last_error in found["text"]


def test_no_daemon_is_a_warning(patient: Patient) -> None:
    patient.install()

    found = patient.says("daemon")

    assert found["level"] == "warning"
    assert found["mend"] == "agent-console daemon start"


def test_a_hung_daemon_is_a_problem_with_its_pid(
    patient: Patient, daemon: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(situation, "DAEMON_SECONDS", 0.2)
    patient.install()
    daemon.send_signal(signal.SIGSTOP)

    found = patient.says("daemon")

    assert found["level"] == "problem"
    assert str(daemon.pid) in found["text"]
    assert found["mend"] == "agent-console daemon restart --force"


def test_a_daemon_of_another_version_is_a_warning(
    patient: Patient, daemon: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    del daemon
    patient.install()
    monkeypatch.setattr("agent_console.cli.doctor.daemon_checks.__version__", "99.0")

    found = patient.says("daemon")

    assert found["level"] == "warning"
    assert found["mend"] == "agent-console daemon restart"


def test_a_socket_left_behind_is_a_warning(patient: Patient) -> None:
    path = socket_path()
    Path(path).parent.mkdir(parents=True, mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    os.chmod(path, 0o600)

    assert patient.says("socket")["level"] == "warning"


def test_something_else_at_the_sockets_place_is_a_problem(patient: Patient) -> None:
    path = Path(socket_path())
    path.parent.mkdir(parents=True, mode=0o700)
    path.touch(mode=0o600)

    assert patient.says("socket")["level"] == "problem"


def test_a_second_daemon_is_found(
    patient: Patient, daemon: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another shell has another runtime folder, and its daemon answers there."""
    del daemon
    other = socket_path()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(patient.home))

    found = patient.says("second daemon")

    assert found["level"] == "problem"
    assert other in found["mend"]


def test_a_database_that_others_may_read_is_told(patient: Patient) -> None:
    database_path().parent.mkdir(parents=True, mode=0o700)
    database_path().touch()
    database_path().chmod(0o644)

    found = patient.says("privacy")

    assert found["level"] == "warning"
    assert found["mend"] == f"chmod go-rwx {database_path()}"


def test_a_folder_that_others_may_write_is_a_problem(patient: Patient) -> None:
    data_dir().mkdir(parents=True)
    data_dir().chmod(0o777)

    assert patient.says("privacy")["level"] == "problem"


def test_a_damaged_database_is_a_problem(patient: Patient) -> None:
    database_path().parent.mkdir(parents=True, mode=0o700)
    database_path().write_bytes(b"this is no database, and long enough to be looked at" * 100)
    database_path().chmod(0o600)

    found = patient.says("ledger")

    assert found["level"] == "problem"
    assert "not a database" in found["text"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO schema_versions VALUES (99, 1)", "was written by a newer agent-console"),
        (
            "DROP TABLE messages; PRAGMA application_id = 1",
            "is a database of another program",
        ),
    ],
)
def test_a_database_that_is_no_ledger_of_this_version_is_not_whole(
    patient: Patient, statement: str, said: str
) -> None:
    Ledger(database_path()).close()
    with closing(sqlite3.connect(database_path())) as connection:
        connection.executescript(statement)

    found = patient.examined()

    assert [finding["level"] for finding in found["ledger"]] == ["problem"]
    assert said in found["ledger"][0]["text"]
    assert "repair" not in found["ledger"][0]["mend"]
    assert found["retention"][0]["level"] == "warning"


def test_an_empty_file_is_no_history(patient: Patient) -> None:
    database_path().parent.mkdir(parents=True, mode=0o700)
    database_path().touch(0o600)

    found = patient.examined()

    assert found["ledger"][0]["level"] == "warning"
    assert "is empty" in found["ledger"][0]["text"]
    assert found["retention"][0]["level"] == "warning"
    assert database_path().read_bytes() == b""


def test_what_may_not_be_read_is_told_with_whose_it_is(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger(database_path()).close()
    monkeypatch.setattr(history_checks, "denial", of_roots)
    monkeypatch.setattr(integrity, "_check", unreadable)

    found = patient.says("ledger")

    assert (found["text"], found["mend"]) == (f"{database_path()} is root's.", "sudo chown me")


def of_roots(path: Path) -> Denial:
    return Denial(f"{path} is root's.", "sudo chown me")


def unreadable(path: Path, *, in_use: bool) -> None:
    raise LedgerError(f"{path} cannot be opened, {in_use}.")


def test_a_record_that_may_not_be_read_is_not_to_be_removed(patient: Patient) -> None:
    (data_dir() / "install.json").mkdir(parents=True)
    assert patient.says("record")["mend"] == f"rm {data_dir() / 'install.json'}"

    (data_dir() / "install.json").rmdir()
    (data_dir() / "install.json").symlink_to("install.json")  # read by nobody
    assert patient.says("record")["mend"] == "Make it readable for you."


def test_a_ledger_that_is_too_large_for_a_look_is_left_to_the_full_check(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger(database_path()).close()
    assert patient.says("ledger")["text"].endswith("metrics.db is whole.")
    monkeypatch.setattr(integrity, "_SECONDS", -1.0)

    found = patient.says("ledger")

    assert found["level"] == "ok"
    assert "is whole but for what would take long to look through" in found["text"]
    assert "messages" in found["text"]
    assert found["text"].endswith("`agent-console db check` looks at all of it.")


def test_a_running_daemon_with_a_damaged_database_names_the_mend(patient: Patient) -> None:
    database_path().parent.mkdir(parents=True, mode=0o700)
    database_path().write_bytes(b"this is no database, and long enough to be looked at" * 100)
    database_path().chmod(0o600)
    with real_daemon(socket_path()):
        found = patient.examined()["ledger"]

    assert [finding["mend"] for finding in found] == ["agent-console db repair"] * 2


def test_events_that_wait_while_the_daemon_is_away_are_counted(patient: Patient) -> None:
    folder = spool_dir(socket_path())
    folder.mkdir(parents=True, mode=0o700)
    (folder / "0000000000001.000-7.json").write_text('{"cmd":"HOOK","event":{}}\n')

    found = patient.says("spool")

    assert found["level"] == "ok"
    assert found["text"] == "The daemon takes in 1 event when it starts."


def test_lost_events_are_a_warning(patient: Patient) -> None:
    folder = spool_dir(socket_path())
    folder.mkdir(parents=True, mode=0o700)
    (folder / "dropped").write_bytes(b"...")

    found = patient.says("spool")

    assert found["level"] == "warning"
    assert found["text"].startswith("3 events lost")


def test_retention_says_what_the_ledger_keeps(
    patient: Patient, daemon: "subprocess.Popen[bytes]"
) -> None:
    del daemon
    patient.install()
    patient.edit(cleanupPeriodDays=7)

    found = patient.says("retention")

    assert found["level"] == "ok"
    assert "after 7 days" in found["text"]
    assert "metrics.db" in found["text"]


def test_plugin_and_settings_together_are_told(patient: Patient) -> None:
    patient.install()
    patient.edit(enabledPlugins={"agent-console@somewhere": True})

    found = patient.says("plugin")

    assert found["level"] == "warning"
    assert "counted once" in found["text"]


def test_the_plugin_alone_is_an_installation(patient: Patient) -> None:
    patient.edit(enabledPlugins={"agent-console@somewhere": True})

    found = patient.examined()

    assert found["plugin"][0]["level"] == "ok"
    assert "settings" not in found


def test_a_damaged_record_of_the_installation_is_a_problem(patient: Patient) -> None:
    patient.install()
    (data_dir() / "install.json").write_text("{")

    assert patient.says("record")["mend"].startswith("rm ")


def test_a_check_that_fails_itself_hides_no_other(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_path: Path) -> list[str]:
        raise ZeroDivisionError

    monkeypatch.setattr("agent_console.claude_code.spool.pending", broken)

    found = patient.examined()

    assert found["spooled"][0]["level"] == "problem"
    assert "retention" in found
