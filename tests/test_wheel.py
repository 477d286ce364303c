"""What people install: the wheel, in an environment of its own, runs the README's command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNREACHABLE = (
    "No matching distribution found",
    "Could not find a version",
    "Temporary failure in name resolution",
    "Failed to establish a new connection",
    "Read timed out",
)


def pip(*arguments: str) -> None:
    """Run pip, or skip the test where there is no index to install from."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if any(reason in done.stderr for reason in UNREACHABLE):
        pytest.skip("no package index can be reached, and pip's cache has not everything")
    assert done.returncode == 0, done.stderr


def test_the_demo_runs_from_an_installed_wheel_and_leaves_nothing(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    pip("wheel", "-q", "--no-deps", "-w", str(scratch_home / "dist"), str(ROOT))
    (wheel,) = (scratch_home / "dist").iterdir()
    venv = scratch_home / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    pip("--python", str(venv), "install", "-q", str(wheel))
    home = scratch_home / "home"
    home.mkdir()

    demo = subprocess.run(
        [venv / "bin/agent-console", "demo", "--headless", "--speed", "10"],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={**os.environ, "HOME": str(home)},
    )

    assert demo.returncode == 0, demo.stderr
    assert "all as it was recorded" in demo.stdout
    assert os.listdir(home) == []
