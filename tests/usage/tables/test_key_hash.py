"""The hash of a key is stored: it is the same in every process, for ever."""

from hypothesis import given, strategies as st

from agent_console.usage.tables.key_hash import key_hash, key_hashes


def test_hashes_never_change() -> None:
    assert key_hash("msg_01XFDUDYJgAACzvnptvVoYEL") == 7_221_942_326_733_310_190
    assert key_hash("é😀") == 7_447_915_702_017_694_454


@given(st.text())
def test_a_hash_fits_a_column(key: str) -> None:
    assert -(2**63) <= key_hash(key) < 2**63


@given(st.lists(st.text()))
def test_many_have_the_hashes_that_each_has(keys: list[str]) -> None:
    assert key_hashes(keys) == [key_hash(key) for key in keys]
