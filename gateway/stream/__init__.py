"""Byte streams of the Engine API: multiplexed frames, JSON records, JSON itself. No I/O."""
