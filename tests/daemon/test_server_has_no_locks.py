"""The daemon needs no lock, because one task owns its state."""

import ast
from pathlib import Path

import pytest

import agent_console.daemon

FOLDER = Path(next(iter(agent_console.daemon.__path__)))
MODULES = sorted(FOLDER.glob("*.py"))
LOCKS = {
    "Barrier",
    "BoundedSemaphore",
    "CapacityLimiter",
    "Condition",
    "Lock",
    "RLock",
    "ResourceGuard",
    "Semaphore",
    "allocate_lock",
}
THREADS = {"threading", "_thread", "concurrent", "multiprocessing", "queue"}


def names(tree: ast.AST) -> set[str]:
    """Every name and attribute a module mentions or imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
            case _:
                pass
    return found


def imported(tree: ast.AST) -> set[str]:
    """The top packages a module imports, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                found |= {alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(module=str(module)):
                found.add(module.partition(".")[0])
            case _:
                pass
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_the_daemon_has_a_lock(module: Path) -> None:
    assert not names(ast.parse(module.read_bytes())) & LOCKS


def test_only_the_journal_and_the_backups_know_threads() -> None:
    with_threads = {
        path.stem for path in MODULES if imported(ast.parse(path.read_bytes())) & THREADS
    }
    assert with_threads == {"day_backups", "journal"}


def test_this_test_would_see_a_lock() -> None:
    source = "import anyio\nfrom threading import RLock\nlock = anyio.Lock()\n"
    assert names(ast.parse(source)) & LOCKS == {"Lock", "RLock"}
    assert imported(ast.parse(source)) & THREADS == {"threading"}
