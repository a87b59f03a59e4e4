"""Strategies that cut bytes into pieces, as a network would."""

from __future__ import annotations

from hypothesis import strategies as st


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut `data` at these places (any numbers; they are brought into range)."""
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    pieces = []
    start = 0
    for end in ends:
        pieces.append(data[start:end])
        start = end
    return pieces


PLACES = st.lists(st.integers(min_value=0, max_value=1 << 20), max_size=30)
"""Places to cut at."""
