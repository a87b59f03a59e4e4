from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.http.remembered import LONGEST, Remembered


def test_what_was_kept_is_found_again() -> None:
    memory: Remembered[str] = Remembered()
    memory.keep(b"A: b\r\n", "found")
    assert memory.get(b"A: b\r\n") == "found"
    assert memory.get(b"A: c\r\n") is None
    assert len(memory) == 1


def test_a_block_is_known_by_every_byte() -> None:
    memory: Remembered[int] = Remembered()
    memory.keep(b"A: b\r\n", 1)
    for other in (b"a: b\r\n", b"A:  b\r\n", b"A: b\r\n\r\n", b"A: b\n", b""):
        assert memory.get(other) is None


def test_a_long_block_is_never_kept() -> None:
    memory: Remembered[int] = Remembered()
    memory.keep(b"x" * LONGEST, 1)
    memory.keep(b"x" * (LONGEST + 1), 2)
    assert len(memory) == 1
    assert memory.get(b"x" * (LONGEST + 1)) is None


def test_a_full_memory_is_emptied_and_its_get_still_works() -> None:
    memory: Remembered[int] = Remembered(most=3)
    get = memory.get
    for number in range(4):
        memory.keep(b"%d" % number, number)
    assert len(memory) == 1
    assert get(b"0") is None
    assert get(b"3") == 3


@given(st.lists(st.binary(max_size=LONGEST + 8)), st.integers(1, 5))
def test_it_never_grows_beyond_its_bound_nor_tells_a_wrong_value(
    blocks: list[bytes], most: int
) -> None:
    memory: Remembered[bytes] = Remembered(most)
    for block in blocks:
        memory.keep(block, block)
        assert len(memory) <= most
        if len(block) <= LONGEST:
            assert memory.get(block) == block
    assert all(memory.get(block) in (None, block) for block in blocks)
