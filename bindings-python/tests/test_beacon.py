"""A beacon: the vectors of every language, threads, and the example of a server over HTTP."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import varidex

ROOT = Path(__file__).parent.parent
SPEC = ROOT.parent / "format-spec" / "beacon"
COUNT, RECORD = {"granularity": "count"}, {"granularity": "record"}


def has(part: Any, whole: Any, at: str) -> None:
    """That an answer has what is expected of it: see the README of the vectors."""
    if isinstance(part, dict):
        assert isinstance(whole, dict), at
        for name, expected in part.items():
            has(expected, whole.get(name), f"{at}.{name}")
    elif isinstance(part, list):
        assert isinstance(whole, list) and len(whole) == len(part), f"{at}: {whole}"
        for n, (expected, found) in enumerate(zip(part, whole)):
            has(expected, found, f"{at}[{n}]")
    elif isinstance(part, float):
        assert whole == pytest.approx(part, rel=1e-5), at
    else:
        assert part == whole and isinstance(part, bool) == isinstance(whole, bool), f"{at}: {whole}"


def answers_all(vectors: list[dict[str, Any]], ask: Callable[[dict[str, Any], Any], tuple[int, bytes]]) -> None:
    """Asks vectors in their order; `ask` has a vector and its body, which is None for GET."""
    answered: dict[str, bytes] = {}
    for vector in vectors:
        name = vector["name"]
        body = vector.get("text", "") if "body" not in vector else json.dumps(vector["body"])
        status, found = ask(vector, None if vector["method"] == "GET" else body)
        answered[name] = found
        assert status == vector["status"], (name, found)
        has(vector.get("expect", {}), json.loads(found), name)
        text = found.decode()
        assert all(part in text for part in vector.get("contains", [])), (name, text)
        assert not any(part in text for part in vector.get("lacks", [])), (name, text)
        if "same_as" in vector:
            assert found == answered[vector["same_as"]], name


FILES = sorted(set(SPEC.glob("*.json")) - {SPEC / "schema.json"})


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def spec(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The configuration of a file of vectors, beside its datasets, and the vectors."""
    file, place = json.loads(request.param.read_text()), tmp_path_factory.mktemp(request.param.stem)
    for name, made in file["datasets"].items():
        paths = {key: made[key] for key in ("people", "ontologies", "genes") if key in made}
        given: dict[str, Any] = {key: [SPEC / path for path in found] for key, found in paths.items()}
        if "info" in made:
            given["info"] = made["info"]
        if "reference" in made:
            given["reference"] = SPEC / made["reference"]
        varidex.build([SPEC / path for path in made["inputs"]], place / name, **given).close()
    shutil.copy(SPEC / file["config"], place / "beacon.toml")
    return place / "beacon.toml", file["vectors"]


def test_vectors(spec: tuple[Path, list[dict[str, Any]]]) -> None:
    config, vectors = spec
    beacon = varidex.Beacon(config)

    def ask(vector: dict[str, Any], body: Any) -> tuple[int, bytes]:
        path, query = vector["path"], vector.get("query", "")
        found = beacon.answer(path, body, query=query, access=vector["access"])
        assert found.json() == json.loads(found.body)
        return found.status, found.body

    answers_all(vectors, ask)


@contextmanager
def served(config: Path) -> Iterator[Callable[..., tuple[int, bytes]]]:
    """The example of a server, and what asks it."""
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    program = [sys.executable, str(ROOT / "examples" / "beacon_server.py"), str(config), "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            root = server.stdout.readline().strip()

            def ask(path: str, query: str, body: bytes | None, token: str | None) -> tuple[int, bytes]:
                headers = {} if token is None else {"Authorization": f"Bearer {token}"}
                request = urllib.request.Request(f"{root}{path}?{query}", body, headers)
                try:
                    with urllib.request.urlopen(request, timeout=60) as response:
                        assert response.headers["content-type"] == "application/json"
                        return response.status, response.read()
                except urllib.error.HTTPError as refused:
                    return refused.code, refused.read()

            yield ask
        finally:
            server.kill()


def test_vectors_over_http(spec: tuple[Path, list[dict[str, Any]]]) -> None:
    config, vectors = spec
    # a server has no token for nobody, who may ask for yes or no as well
    tokens = {"boolean": None, "count": "example-count", "record": "example-record"}
    with served(config) as send:

        def ask(vector: dict[str, Any], body: str | None) -> tuple[int, bytes]:
            token = tokens[(vector["access"] or {"granularity": "boolean"})["granularity"]]
            return send(vector["path"], vector.get("query", ""), None if body is None else body.encode(), token)

        answers_all(vectors, ask)


@pytest.fixture(scope="session")
def config(place: Path, people: varidex.Dataset) -> Path:
    """A configuration beside the datasets."""
    text = (ROOT.parent / "beacon-server" / "beacon.toml").read_text()
    (place / "known.toml").write_text(text)
    return place / "known.toml"


@pytest.fixture(scope="session")
def allele(people: varidex.Dataset) -> dict[str, Any]:
    row = next(row for row in people.variants("af>0.1 & af<0.4 & type:snv"))
    return {
        "referenceName": row["chrom"],
        "start": row["pos"] - 1,
        "referenceBases": row["ref"],
        "alternateBases": row["alt"],
    }


def asked(allele: dict[str, Any]) -> dict[str, Any]:
    return {"query": {"requestedGranularity": "record", "requestParameters": allele}}


def test_what_is_said_is_what_access_allows(config: Path, allele: dict[str, Any]) -> None:
    beacon = varidex.Beacon(config)
    question = asked(allele)
    public = beacon.answer("/g_variants", question)
    assert public.status == 200 and public.json()["responseSummary"] == {"exists": True}
    assert beacon.answer("/g_variants", question, access={}).body == public.body
    count = beacon.answer("/g_variants", question, access=COUNT)
    assert count.json()["responseSummary"] == {"exists": True, "numTotalResults": 1}
    record = beacon.answer("/g_variants", question, access=RECORD).json()
    assert len(record["response"]["resultSets"][0]["results"]) == 1
    # all forms of a body and of an access are the same
    text = json.dumps(question)
    for body in (text, text.encode()):
        for access in (json.dumps(COUNT), json.dumps(COUNT).encode()):
            assert beacon.answer("/g_variants", body, access=access).body == count.body


def test_what_is_wrong(config: Path, tmp_path: Path) -> None:
    beacon = varidex.Beacon(config)
    for body in (b"", b"{", b"\xff", "[]", {"query": 1}):
        assert beacon.answer("/g_variants", body).status in (200, 400)
    assert beacon.answer("/nowhere").status == 404
    assert "error" in beacon.answer("/nowhere").json()
    for access in ('{"granularity": "all"}', {"granularty": "record"}, "", b"\xff"):
        with pytest.raises(varidex.UsageError, match="access"):
            beacon.answer("/info", access=access)
    wrong: Any = 7
    for given in ({"body": wrong}, {"access": wrong}, {"path": wrong}, {"query": wrong}):
        with pytest.raises(TypeError):
            beacon.answer(**{"path": "/info", **given})
    with pytest.raises(ValueError):
        beacon.answer("/g_variants", {"query": float("nan")})
    with pytest.raises(varidex.MissingFileError):
        varidex.Beacon(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("id = 1\n")
    with pytest.raises(varidex.UsageError, match="bad.toml"):
        varidex.Beacon(tmp_path / "bad.toml")


def test_threads_ask_the_same_beacon(config: Path, allele: dict[str, Any]) -> None:
    beacon = varidex.Beacon(config)
    expected = beacon.answer("/g_variants", asked(allele), access=RECORD).body
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(beacon.answer, "/g_variants", asked(allele), access=RECORD) for _ in range(64)]
        assert {future.result(60).body for future in futures} == {expected}


def test_the_example_of_a_server(config: Path, allele: dict[str, Any]) -> None:
    example = ROOT / "examples" / "beacon_server.py"
    assert len(example.read_text().splitlines()) < 120
    beacon = varidex.Beacon(config)
    query = urllib.parse.urlencode(allele) + "&requestedGranularity=record"
    post = json.dumps(asked(allele)).encode()
    requests: list[tuple[str, str, bytes | None, int]] = [
        ("/g_variants", query, None, 200),
        ("/g_variants", query.replace("start=", "start=1"), None, 200),
        ("/g_variants", "start=x", None, 400),
        ("/individuals", "requestedGranularity=count", None, 200),
        ("/g%5Fvariants/a%2Fb", "", None, 200),
        ("/g_variants", "", post, 200),
        ("/g_variants", "", b"{", 400),
        ("/g_variants", "", b" " * ((1 << 20) + 1), 413),
        ("/info", "", None, 200),
        ("", "", None, 200),
    ]
    with served(config) as ask:
        for token, access in ((None, None), ("example-count", COUNT), ("example-record", RECORD)):
            for path, query, body, status in requests:
                expected = beacon.answer(path, body, query=query, access=access)
                assert ask(path, query, body, token) == (expected.status, expected.body), path
                assert expected.status == status, (path, query)
        assert ask("/info", "", None, "guessed")[0] == 401
        # many at once
        with ThreadPoolExecutor(16) as pool:
            many = [pool.submit(ask, "/g_variants", query, None, None) for _ in range(64)]
            assert {future.result(60)[0] for future in many} == {200}


def trickle(address: tuple[str, int], begin: bytes, more: bytes) -> float:
    """Sends what never ends a request, byte by byte, until the server has enough; how many seconds that took."""
    begun = time.monotonic()
    with socket.create_connection(address) as client:
        client.settimeout(0.05)
        try:
            client.sendall(begin)
            while time.monotonic() - begun < 60:
                client.sendall(more)
                try:
                    if not client.recv(1024):
                        break
                except TimeoutError:
                    pass
        except OSError:
            pass
    return time.monotonic() - begun


def test_the_example_cuts_slow_clients_off(config: Path) -> None:
    """Else a few clients who never end what they send would hold their connections for ever."""
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    below = config.with_name("below.toml")
    below.write_text(config.read_text().replace(":5050/api", ":5050/beacon/v2"))
    program = [sys.executable, str(ROOT / "examples" / "beacon_server.py"), str(below), "0", "0.5"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            root = server.stdout.readline().strip()
            assert root.endswith("/beacon/v2")
            address = ("127.0.0.1", urllib.parse.urlsplit(root).port or 0)
            post = b"POST /beacon/v2/g_variants HTTP/1.1\r\nHost: beacon\r\n"
            slow = [
                (b"", b""),
                (b"GET /beacon/v2/info HTTP/1.1\r\nX-Slow: ", b"a"),
                (post + b"Content-Length: 100000\r\n\r\n{", b" "),
                (post + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
            ]
            with ThreadPoolExecutor(32) as pool:
                clients = [pool.submit(trickle, address, *client) for client in slow * 8]
                for path in ("", "/", "/info", "/info/", "/map", "/g_variants/") * 3:
                    with urllib.request.urlopen(root + path, timeout=20) as response:
                        assert response.status == 200 and json.load(response)["meta"], path
                assert max(client.result(60) for client in clients) < 30
        finally:
            server.kill()
