import pytest

from gateway.engine.practice.faults import Fault, FaultKind, Faults


def test_a_fault_bears_on_its_calls_as_often_as_it_says():
    faults = Faults([Fault(FaultKind.SLOW, path="/images", method="GET", count=2)])
    assert faults.take("GET", "/v1.44/containers/json") is None
    assert faults.take("POST", "/v1.44/images/create") is None
    assert [faults.take("GET", "/v1.44/images/json") is None for _ in range(3)] == [
        False,
        False,
        True,
    ]


def test_a_fault_without_a_count_stays_until_it_is_cleared():
    faults = Faults()
    faults.add(Fault(FaultKind.CUT, count=None))
    assert all(faults.take("GET", "/x") for _ in range(5))
    faults.clear()
    assert faults.take("GET", "/x") is None


def test_the_first_that_fits_is_taken():
    faults = Faults([Fault(FaultKind.CUT, path="a$"), Fault(FaultKind.SLOW)])
    assert faults.take("GET", "/b").kind is FaultKind.SLOW
    assert faults.take("GET", "/a").kind is FaultKind.CUT


def test_refusing_bears_on_connections_only():
    faults = Faults([Fault(FaultKind.REFUSE)])
    assert faults.take("GET", "/x") is None
    assert faults.take_connection().kind is FaultKind.REFUSE
    assert faults.take_connection() is None


def test_faults_are_written_and_read_as_json():
    fault = Fault(FaultKind.GARBAGE, "/x", "GET", None, 0.5, 7, b"nonsense")
    assert Fault.read(fault.document()) == fault


@pytest.mark.parametrize(
    "document",
    [[], {}, {"kind": "no"}, {"kind": "cut", "other": 1}, {"kind": "cut", "path": "("}],
)
def test_what_is_no_fault_is_refused(document):
    with pytest.raises(ValueError):
        Fault.read(document)
