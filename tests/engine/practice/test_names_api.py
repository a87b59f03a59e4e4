import orjson


def test_networks(talk):
    assert [one["Name"] for one in talk.get("/networks")] == ["bridge", "host", "none"]
    answer = talk.ask("POST", "/networks/create", {"Name": "mine", "Labels": {"a": "b"}})
    id = orjson.loads(answer.body)["Id"]
    assert answer.status == 201
    for reference in ("mine", id, id[:12]):
        assert talk.get(f"/networks/{reference}")["Labels"] == {"a": "b"}
    assert [one["Id"] for one in talk.get('/networks?filters={"name":["min"]}')] == [id]
    assert talk.ask("POST", "/networks/create", {"Name": "mine"}).status == 409
    assert talk.ask("POST", "/networks/create", {}).status == 400
    container = talk.run("sleep", "9", HostConfig={"NetworkMode": "mine"})
    assert talk.ask("DELETE", "/networks/mine").status == 403
    talk.ask("POST", f"/containers/{container}/stop")
    assert talk.ask("DELETE", "/networks/mine").status == 204
    assert talk.ask("GET", "/networks/mine").status == 404
    assert talk.ask("DELETE", "/networks/bridge").status == 403
    assert talk.ask("POST", "/networks/prune").status == 200


def test_volumes(talk):
    assert talk.get("/volumes") == {"Volumes": [], "Warnings": None}
    answer = talk.ask("POST", "/volumes/create", {"Name": "data"})
    assert (answer.status, orjson.loads(answer.body)["Name"]) == (201, "data")
    assert talk.ask("POST", "/volumes/create", {"Name": "data"}).status == 201
    assert len(orjson.loads(talk.ask("POST", "/volumes/create", {}).body)["Name"]) == 64
    assert len(talk.get("/volumes")["Volumes"]) == 2
    assert talk.get("/volumes/data")["Driver"] == "local"
    assert talk.ask("DELETE", "/volumes/data").status == 204
    assert talk.ask("DELETE", "/volumes/data").status == 404
    assert talk.ask("DELETE", "/volumes/data?force=1").status == 204
    assert talk.ask("GET", "/volumes/data").status == 404
    assert talk.ask("POST", "/volumes/prune").status == 200


def test_they_tell_their_events(talk):
    stream = talk.stream("GET", '/events?filters={"type":["network","volume"]}')
    talk.ask("POST", "/networks/create", {"Name": "mine"})
    talk.ask("POST", "/volumes/create", {"Name": "data"})
    assert [record["Type"] for record in stream.records] == ["network", "volume"]
