"""`docker-gateway certs init | issue NAME | show`: an own authority, in Docker's layout."""

from __future__ import annotations

import argparse
from pathlib import Path

from cryptography import x509

from gateway.certs import folder as layout
from gateway.certs.inspect import (
    UnreadableError,
    describe,
    loose_mode,
    read_certificates,
    read_key,
    signed_by,
)
from gateway.certs.issue import LEAF_DAYS, general_name
from gateway.cli.parsers import Commands, add_command, add_folder, whole_number
from gateway.config import ConfigurationError, Problem

_PAIRS = (
    (layout.CA, layout.CA_KEY),
    (layout.SERVER_CERT, layout.SERVER_KEY),
    (layout.CERT, layout.KEY),
)

_LAYOUT = """\
The folder then holds
  ca.pem, ca-key.pem                the authority; keep its key where few can read it
  server-cert.pem, server-key.pem   for: docker-gateway serve --certs DIR
  cert.pem, key.pem                 a first client, so that DIR serves as DOCKER_CERT_PATH"""


def add_to(commands: Commands) -> None:
    """Add the command and the three below it."""
    parser = add_command(commands, "certs", init_folder, "make and show certificates")
    below = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    init = add_command(
        below, "init", init_folder, "make an authority, a server's and a client's", _LAYOUT
    )
    _add_making(init)

    issue = add_command(below, "issue", issue_one, "make one more client's or server's")
    issue.add_argument("name", metavar="NAME", help="whom it is for; the files go into DIR/NAME")
    issue.add_argument("--server", action="store_true", help="a server's, for the host NAME")
    _add_making(issue)

    show = add_command(
        below,
        "show",
        show_folder,
        "print what certificates a folder holds",
        "Exit status: 0 all is well, 1 there is nothing or something is wrong.",
    )
    add_folder(show)


def _add_making(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        type=_server_name,
        dest="names",
        metavar="NAME",
        help="a further DNS name or IP address of the server; may be given several times"
        " (localhost, 127.0.0.1 and ::1 are always in)",
    )
    parser.add_argument(
        "--days",
        type=whole_number(1, 36500),
        default=LEAF_DAYS,
        metavar="N",
        help=f"how long it lasts, though no longer than its authority (default: {LEAF_DAYS})",
    )
    parser.add_argument("--force", action="store_true", help="replace files that exist")


def _server_name(text: str) -> str:
    try:
        general_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def init_folder(options: argparse.Namespace) -> int:
    """`certs init`: write a whole folder, and say how it is used."""
    folder: Path = options.certs
    written = layout.create(folder, options.names, days=options.days, force=options.force)
    for path in written:
        print(f"wrote {path}")
    print(f"\nserver:  docker-gateway serve --certs {folder}")
    print(f"client:  export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH={folder.absolute()}")
    return 0


def issue_one(options: argparse.Namespace) -> int:
    """`certs issue`: write one more certificate, signed by the folder's authority."""
    if options.names and not options.server:
        do = "add --server, or leave --name out"
        raise ConfigurationError([Problem("--name", "a client's certificate has no names", do)])
    try:
        written = layout.issue(
            options.certs,
            options.name,
            options.names,
            days=options.days,
            server=options.server,
            force=options.force,
        )
    except ValueError as error:
        raise ConfigurationError([Problem("NAME", str(error), "name it otherwise")]) from None
    for path in written:
        print(f"wrote {path}")
    target = written[0].parent
    if options.server:
        print(f"\nserver:  docker-gateway serve --certs {target}")
    else:
        print(f"\nclient:  export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH={target.absolute()}")
    return 0


def show_folder(options: argparse.Namespace) -> int:
    """`certs show`: print each certificate of a folder, and of the clients' folders within."""
    folder: Path = options.certs
    if not folder.is_dir():
        raise layout.FolderError(
            f"{folder} does not exist; make it with: docker-gateway certs init --certs {folder}"
        )
    authorities = _authorities(folder / layout.CA)
    shown = 0
    sound = True
    below = sorted(path for path in folder.iterdir() if path.is_dir())
    for place in (folder, *below):
        for cert, key in _PAIRS:
            if not (place / cert).exists() or (place != folder and cert == layout.CA):
                continue
            shown += 1
            lines, well = _show(place / cert, place / key, authorities)
            sound = sound and well
            print("\n".join(lines), end="\n\n")
    if not shown:
        raise layout.FolderError(
            f"{folder} has no certificates; make them: docker-gateway certs init --certs {folder}"
        )
    return 0 if sound else 1


def _authorities(ca: Path) -> list[x509.Certificate]:
    try:
        return read_certificates(ca)
    except UnreadableError:
        return []


def _show(cert: Path, key: Path, authorities: list[x509.Certificate]) -> tuple[list[str], bool]:
    """Describe one certificate; also says whether all is well with it."""
    try:
        certificate = read_certificates(cert)[0]
    except UnreadableError as error:
        return [str(cert), f"  wrong        {error.finding.what}; {error.finding.do}"], False
    facts = describe(certificate)
    left = facts.days_left()
    expired = left < 0
    verified = signed_by(certificate, authorities)
    key_line, key_well = _key_line(certificate, key)
    if cert.name == layout.CA:
        issued = "itself" if verified else facts.issuer
        verified = True
    else:
        issued = f"{facts.issuer} ({'verified' if verified else 'NOT VERIFIED against ca.pem'})"
    lines = [
        str(cert),
        f"  subject      {facts.subject}",
        f"  issued by    {issued}",
        f"  names        {', '.join(facts.names)}",
        f"  usage        {'authority' if facts.authority else ', '.join(facts.usages) or 'any'}",
        f"  from         {facts.not_before:%Y-%m-%d %H:%M} UTC",
        f"  until        {facts.not_after:%Y-%m-%d %H:%M} UTC"
        f" ({'EXPIRED' if expired else f'{left} days left'})",
        f"  fingerprint  {facts.fingerprint}",
        f"  key          {key_line}",
    ]
    well = verified and key_well and not expired
    return [line for line in lines if not line.endswith("  ")], well


def _key_line(certificate: x509.Certificate, path: Path) -> tuple[str, bool]:
    """Say of a key whether it is there, fits, and who can read it; never what is in it."""
    if not path.exists():
        return f"{path.name} is not here", True
    try:
        key = read_key(path)
    except UnreadableError as error:
        return f"{path.name} {error.finding.what}; {error.finding.do}", False
    if key.public_key() != certificate.public_key():
        return f"{path.name} DOES NOT MATCH this certificate", False
    mode = loose_mode(path)
    if mode is not None:
        return f"{path.name} matches, but others can read it (mode {mode:04o}, not 0600)", False
    return f"{path.name} matches", True
