"""The Docker Engine API as data: its versions, routes, errors, releases, and what is negotiated.

Nothing here does input or output, and nothing here rewrites a message for a version; that is
`gateway.versions`.
"""
