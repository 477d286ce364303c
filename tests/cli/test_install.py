"""`agent-console install` and `uninstall` on real files in a scratch home."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent_console.claude_code import settings_hooks
from agent_console.claude_code.hook_registration import EVENTS
from agent_console.cli.install import files, hook_command, manifest, settings_file
from agent_console.cli.main import main
from agent_console.paths import bundled, data_dir, database_path

FOREIGN = """{
    "model": "opus",
    "hooks": {
        "Stop": [ { "hooks": [ { "type": "command", "command": "say done" } ] } ],
        "PreToolUse": [ ]
    },
    "statusLine": { "type": "command", "command": "echo \\"mine\\"", "padding": 0 }
}"""


@pytest.fixture
def settings(scratch_home: Path) -> Path:
    """The user's settings.json; it does not exist yet."""
    folder = scratch_home / ".claude"
    folder.mkdir()
    return folder / "settings.json"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def ours(path: Path) -> settings_hooks.Hooks:
    return settings_hooks.ours(json.loads(path.read_text()))


def everything_under(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_install_registers_every_event_and_keeps_what_was_there(settings: Path) -> None:
    settings.write_text(FOREIGN)

    assert main(["install"]) == 0

    assert set(ours(settings)) == set(EVENTS)
    after = json.loads(settings.read_text())
    assert after["hooks"]["Stop"][0] == json.loads(FOREIGN)["hooks"]["Stop"][0]
    assert after["statusLine"] == json.loads(FOREIGN)["statusLine"]


def test_uninstall_gives_the_file_back_byte_for_byte(settings: Path) -> None:
    settings.write_text(FOREIGN)

    assert main(["install", "--statusline"]) == 0
    assert settings.read_text() != FOREIGN
    assert main(["uninstall"]) == 0

    assert settings.read_text() == FOREIGN


def test_uninstall_removes_a_file_that_install_made(settings: Path) -> None:
    assert main(["install"]) == 0
    assert settings.exists()
    assert main(["uninstall"]) == 0

    assert not settings.exists()


def test_uninstall_after_edits_takes_only_ours(settings: Path) -> None:
    settings.write_text(FOREIGN)
    assert main(["install"]) == 0
    settings.write_text(settings.read_text().replace('"opus"', '"haiku"'))

    assert main(["uninstall"]) == 0

    assert settings.read_text() == FOREIGN.replace('"opus"', '"haiku"')


def test_a_second_install_writes_nothing_at_all(settings: Path, scratch_home: Path) -> None:
    settings.write_text(FOREIGN)
    assert main(["install", "--statusline"]) == 0
    before = everything_under(scratch_home)

    assert main(["install"]) == 0

    assert everything_under(scratch_home) == before


def test_an_older_installation_is_brought_up_to_date(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(FOREIGN)
    assert main(["install"]) == 0
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", "/run/elsewhere.sock")

    assert main(["install"]) == 0

    commands = [h["command"] for g in ours(settings).values() for e in g for h in e["hooks"]]
    assert all("/run/elsewhere.sock" in command for command in commands)
    assert main(["uninstall"]) == 0
    assert settings.read_text() == FOREIGN


def test_the_mode_of_the_file_and_the_link_to_it_are_kept(
    settings: Path, scratch_home: Path
) -> None:
    real = scratch_home / "dotfiles" / "claude.json"
    real.parent.mkdir()
    real.write_text(FOREIGN)
    real.chmod(0o640)
    settings.symlink_to("../dotfiles/claude.json")

    assert main(["install"]) == 0

    assert settings.is_symlink()
    assert set(ours(real)) == set(EVENTS)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert main(["uninstall"]) == 0
    assert settings.is_symlink()
    assert real.read_text() == FOREIGN


def test_the_former_settings_are_kept_in_our_folder(settings: Path) -> None:
    settings.write_text(FOREIGN)

    assert main(["install"]) == 0

    (backup,) = settings_file.backups_dir().iterdir()
    assert backup.read_text() == FOREIGN
    assert backup.is_relative_to(data_dir())
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_file_that_is_no_json_is_refused_with_its_place(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text('{\n  "model": opus\n}\n')

    assert main(["install"]) == 2

    said = capsys.readouterr().err
    assert str(settings) in said
    assert "line 2 column 12" in said
    assert settings.read_text() == '{\n  "model": opus\n}\n'
    assert not data_dir().exists()


def test_one_bad_settings_file_keeps_all_from_being_changed(scratch_home: Path) -> None:
    good, bad = scratch_home / "good", scratch_home / "bad"
    for folder, text in ((good, "{}"), (bad, "{")):
        folder.mkdir()
        (folder / "settings.json").write_text(text)

    assert main(["install", "--config-dir", str(good), "--config-dir", str(bad)]) == 2

    assert (good / "settings.json").read_text() == "{}"


def test_a_write_protected_file_is_left_alone_and_told(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text("{}")
    settings.chmod(0o440)

    assert main(["install"]) == 2

    assert f"chmod u+w {settings}" in capsys.readouterr().err
    assert settings.read_text() == "{}"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o440


def test_a_mistyped_folder_is_not_made(
    scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scratch_home / ".claude-work").mkdir()

    assert main(["install", "--config-dir", f"{scratch_home}/.claude-wrok"]) == 2

    assert f"There is no folder {scratch_home}/.claude-wrok" in capsys.readouterr().err
    assert os.listdir(scratch_home) == [".claude-work"]


def test_dry_run_shows_the_difference_and_writes_nothing(
    settings: Path, scratch_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(FOREIGN)
    before = everything_under(scratch_home)

    assert main(["install", "--dry-run"]) == 0

    shown = capsys.readouterr().out
    assert f"--- {settings}\n+++ {settings}\n" in shown
    assert "agent_console_hook.py" in shown
    assert everything_under(scratch_home) == before
    assert not data_dir().exists()


def test_dry_run_of_uninstall_writes_nothing(settings: Path, scratch_home: Path) -> None:
    settings.write_text(FOREIGN)
    assert main(["install", "--statusline"]) == 0
    before = everything_under(scratch_home)

    assert main(["uninstall", "--dry-run"]) == 0
    assert main(["uninstall", "--purge", "--dry-run"]) == 0

    assert everything_under(scratch_home) == before


def test_every_config_folder_named_in_the_environment_is_served(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = scratch_home / "one", scratch_home / "two"
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{one},{two}")

    assert main(["install"]) == 0

    assert set(ours(one / "settings.json")) == set(EVENTS)
    assert set(ours(two / "settings.json")) == set(EVENTS)
    # Also when the variable is gone: the manifest knows.
    monkeypatch.delenv("CLAUDE_CONFIG_DIR")
    assert main(["uninstall"]) == 0
    assert not (one / "settings.json").exists()
    assert not (two / "settings.json").exists()


def test_project_install_goes_to_the_folder_of_the_project(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch, settings: Path
) -> None:
    inside = scratch_home / "project" / "src"
    inside.mkdir(parents=True)
    (scratch_home / "project" / ".git").mkdir()
    monkeypatch.chdir(inside)

    assert main(["install", "--project"]) == 0

    assert set(ours(scratch_home / "project/.claude/settings.json")) == set(EVENTS)
    assert not settings.exists()


def test_without_a_manifest_our_entries_are_found_by_name(settings: Path) -> None:
    settings.write_text('{\n  "model": "opus"\n}\n')
    assert main(["install"]) == 0
    (data_dir() / "install.json").unlink()

    assert main(["uninstall"]) == 0

    assert settings.read_text() == '{\n  "model": "opus"\n}\n'


def test_a_settings_file_broken_meanwhile_is_told_and_kept_in_mind(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(FOREIGN)
    assert main(["install", "--statusline"]) == 0
    whole = settings.read_text()
    settings.write_text(whole + "}")

    assert main(["uninstall"]) == 1
    assert "Extra data" in capsys.readouterr().err
    settings.write_text(whole)
    assert main(["uninstall"]) == 0

    assert settings.read_text() == FOREIGN


def test_a_file_written_by_others_in_between_is_worked_out_anew(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text("{}")
    work_out = settings_file.plan
    rivals = iter(["planned", '{"model": "haiku"}'])

    def plan_and_lose_the_race(*arguments: Any) -> settings_file.FileChange:
        change = work_out(*arguments)
        rival = next(rivals, None)
        if rival == '{"model": "haiku"}':
            settings.write_text(rival)
        return change

    monkeypatch.setattr(settings_file, "plan", plan_and_lose_the_race)

    assert main(["install"]) == 0

    assert json.loads(settings.read_text())["model"] == "haiku"
    assert set(ours(settings)) == set(EVENTS)


def test_installs_at_the_same_time_add_each_entry_once(settings: Path) -> None:
    settings.write_text(FOREIGN)
    install = [sys.executable, "-P", "-m", "agent_console", "install", "--statusline"]

    rivals = [subprocess.Popen(install, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [rival.wait() for rival in rivals] == [0] * 4

    assert [len(groups) for groups in ours(settings).values() if len(groups) > 1] == [2]
    assert main(["uninstall"]) == 0
    assert settings.read_text() == FOREIGN


def test_an_install_waits_for_another_one(settings: Path) -> None:
    with manifest.only_one():
        rival = subprocess.Popen([sys.executable, "-P", "-m", "agent_console", "install"])
        with pytest.raises(subprocess.TimeoutExpired):
            rival.wait(2)
        assert not settings.exists()

    assert rival.wait() == 0
    assert settings.exists()


@pytest.mark.parametrize("dies_before", ["settings.json", "install.json", "agent_console_hook.py"])
def test_an_install_that_died_can_be_undone(
    settings: Path, monkeypatch: pytest.MonkeyPatch, dies_before: str
) -> None:
    settings.write_text(FOREIGN)
    write = files.write

    def die(path: Path, *arguments: Any) -> None:
        if path.name == dies_before:
            raise KeyboardInterrupt
        write(path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(files, "write", die)
        assert main(["install", "--statusline"]) == 130
    assert settings.read_text() == FOREIGN

    assert main(["uninstall"]) == 0
    assert settings.read_text() == FOREIGN
    assert main(["install", "--statusline"]) == 0
    assert main(["uninstall"]) == 0
    assert settings.read_text() == FOREIGN


def test_the_scripts_are_copied_and_are_what_the_commands_run(settings: Path) -> None:
    assert main(["install"]) == 0

    for copy in (data_dir() / "hooks").iterdir():
        assert copy.read_bytes() == (bundled("hooks") / copy.name).read_bytes()
    command = ours(settings)["Stop"][0]["hooks"][0]["command"]
    assert str(data_dir() / "hooks" / "agent_console_hook.py") in command


@pytest.mark.parametrize("missing", ["script", "folder", "interpreter"])
def test_the_command_is_silent_and_ends_with_0_whatever_is_gone(
    settings: Path, missing: str
) -> None:
    assert main(["install"]) == 0
    command = ours(settings)["UserPromptSubmit"][0]["hooks"][0]["command"]
    match missing:
        case "script":
            (data_dir() / "hooks" / "agent_console_hook.py").unlink()
        case "folder":
            data_dir().rename(data_dir().with_name("moved"))
        case _:
            link = hook_command.read(command)
            assert link is not None
            command = command.replace(link.python, "/gone/python3")

    done = subprocess.run(["sh", "-c", command], input=b"{}", capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_paths_with_blanks_and_quotes_reach_the_hook(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a daemon the event must be in the spool beside the socket."""
    odd = scratch_home / 'it\'s "a" $HOME'
    monkeypatch.setenv("XDG_DATA_HOME", str(odd / "data"))
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", str(odd / "d.sock"))
    assert main(["install"]) == 0
    command = ours(scratch_home / ".claude/settings.json")["Stop"][0]["hooks"][0]["command"]

    payload = b'{"hook_event_name": "Stop", "session_id": "s"}'
    done = subprocess.run(["sh", "-c", command], input=payload, capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (event,) = (odd / "d.sock.spool").glob("*.json")
    assert b'"session_id": "s"' in event.read_bytes()


def test_the_status_line_of_the_person_is_run_by_ours(settings: Path) -> None:
    settings.write_text(FOREIGN)
    assert main(["install", "--statusline"]) == 0
    line = json.loads(settings.read_text())["statusLine"]

    done = subprocess.run(
        ["sh", "-c", line["command"]], input=b"{}", capture_output=True, check=True
    )

    assert done.stdout == b"mine\n"
    assert line["padding"] == 0


def test_the_status_line_of_the_person_runs_without_us_too(settings: Path) -> None:
    settings.write_text(FOREIGN)
    assert main(["install", "--statusline"]) == 0
    (data_dir() / "hooks" / "agent_console_statusline.py").unlink()
    command = json.loads(settings.read_text())["statusLine"]["command"]

    done = subprocess.run(["sh", "-c", command], input=b"{}", capture_output=True, check=True)

    assert done.stdout == b"mine\n"


def test_no_statusline_gives_the_person_theirs_back(settings: Path) -> None:
    settings.write_text(FOREIGN)
    assert main(["install", "--statusline"]) == 0

    assert main(["install", "--no-statusline"]) == 0

    assert json.loads(settings.read_text())["statusLine"] == json.loads(FOREIGN)["statusLine"]
    assert set(ours(settings)) == set(EVENTS)


def test_uninstall_keeps_the_database_and_says_so(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install"]) == 0
    database_path().write_bytes(b"history")
    capsys.readouterr()

    assert main(["uninstall"]) == 0

    assert database_path().read_bytes() == b"history"
    assert "Kept the database" in capsys.readouterr().out
    assert not (data_dir() / "hooks").exists()
    assert not settings.exists()


def test_uninstall_on_a_machine_without_us_changes_nothing(settings: Path) -> None:
    settings.write_text(FOREIGN)

    assert main(["uninstall"]) == 0

    assert settings.read_text() == FOREIGN


def test_json_tells_what_was_done(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "install")
    assert {"path": str(settings), "action": "created"} in said["changes"]

    said = run(capsys, "uninstall")
    assert {"path": str(settings), "action": "removed"} in said["changes"]
    script = str(data_dir() / "hooks" / "agent_console_hook.py")
    assert {"path": script, "action": "removed"} in said["changes"]


def test_a_pipe_in_place_of_the_settings_is_refused_not_waited_for(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.unlink(missing_ok=True)
    os.mkfifo(settings)

    assert main(["install"]) == 2
    assert "it is no ordinary file" in capsys.readouterr().err
