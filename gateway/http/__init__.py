"""HTTP/1.1 as values and small state machines: bytes in, events out; no sockets and no Docker.

`fields` checks a block of header fields, `request` and `answer` make heads of it and say how the
body is framed, `body` follows a body through the bytes, `remembered` keeps what was learnt about
a block by its bytes, `writer` makes bytes.
"""
