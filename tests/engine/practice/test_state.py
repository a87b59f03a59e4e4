from gateway.api.version import ApiVersion
from gateway.engine.practice.replies import Call, empty
from gateway.engine.practice.state import Routes


def test_routes_are_found_by_method_and_pattern(talk):
    routes, got = Routes(), []

    @routes.on("GET", "/things/{id}/json")
    def _thing(_state, _call, id):
        got.append(("id", id))
        return empty()

    @routes.on("DELETE", "/images/{name}")
    def _image(_state, _call, name):
        got.append(("name", name))
        return empty()

    def answer(method, path):
        return routes.answer(talk.engine.state, Call(method, path, ApiVersion(1, 44)))

    assert answer("GET", "/things/a%20b/json") == empty()
    assert answer("DELETE", "/images/host:5000/team/app") == empty()
    assert got == [("id", "a b"), ("name", "host:5000/team/app")]
    assert answer("POST", "/things/a/json") is None
    assert answer("GET", "/things/a/b/json") is None
    assert answer("GET", "/things/a/jsonx") is None


def test_what_is_there_from_the_start(talk):
    state = talk.engine.state
    assert list(state.networks) == ["bridge", "host", "none"]
    assert (state.volumes, list(state.containers)) == ({}, [])
    assert len(list(state.images)) == 4
