"""The practice engine: a small Docker Engine in memory, for `demo` and for tests of faults.

It stands for a foreign program on the far side of the gateway, so it shares nothing with the
translation: neither the route table nor the changes. What it says of itself in `/info` and
`/version` is true: nothing in it is a real container. Pure: bytes and time come from outside.
"""
