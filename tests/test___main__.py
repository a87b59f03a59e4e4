"""`python -m gateway`."""

from support.gateway import run_gateway

from gateway import __version__


def test_it_is_the_program_itself():
    done = run_gateway("--version")
    assert (done.returncode, done.stdout) == (0, f"docker-gateway {__version__}\n")


def test_its_status_is_the_command_s():
    assert run_gateway("certs", "show", "--certs", "/nowhere").returncode == 1
    assert run_gateway("explain", "nonsense", "--engine", "1.41").returncode == 2
