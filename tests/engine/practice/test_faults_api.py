import orjson

from gateway.engine.practice.faults import Fault, FaultKind, Faults
from gateway.engine.practice.faults_api import control


def test_faults_are_set_listed_and_cleared():
    faults = Faults()
    assert control(faults, "POST", b'{"kind":"cut","after":3}').status == 204
    assert faults.pending == [Fault(FaultKind.CUT, after=3)]
    assert orjson.loads(control(faults, "GET", b"").body)[0]["kind"] == "cut"
    assert control(faults, "DELETE", b"").status == 204
    assert faults.pending == []


def test_nonsense_is_refused():
    faults = Faults()
    assert control(faults, "POST", b"{").status == 400
    assert control(faults, "POST", b'{"kind":"?"}').status == 400
    assert control(faults, "PUT", b"").status == 404
    assert faults.pending == []
