"""Requests of Beacon 2 over HTTP, answered by varidex: FastAPI and uvicorn.

    python beacon_server.py beacon.toml 5050
    curl 'http://127.0.0.1:5050/api/g_variants?referenceName=22&start=20070102&referenceBases=G&alternateBases=A'
"""

from __future__ import annotations

import socket
import sys
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol

import varidex

#: one byte more than a beacon reads, which refuses it in its own words
BODY_MAX = (1 << 20) + 1
#: connections at a time; requests of further ones are refused
CONNECTIONS = 512
#: who may be answered what. A service asks whoever has authenticated its users; a token for everybody is an example
TOKENS = {"example-count": {"granularity": "count"}, "example-record": {"granularity": "record"}}


class Connection(H11Protocol):
    """A connection that is cut off where the client takes too long to send a head or a body, or to take an answer."""

    #: between two looks: where nothing came to an end between them, that is too long
    seconds = 10.0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.loop.call_later(self.seconds, self.look, None)

    def look(self, before: object) -> None:
        if self not in self.connections:
            return
        cycle = self.cycle
        is_answered = cycle is not None and not cycle.more_body and not cycle.response_complete
        now = (cycle, cycle and cycle.more_body)
        if now == before and not is_answered:
            self.transport.abort()
        else:
            self.loop.call_later(self.seconds, self.look, now)


def access(request: Request) -> dict[str, Any] | None:
    """Nobody in particular where there is no token; KeyError where there is one that is not known."""
    given = request.headers.get("authorization")
    return None if given is None else TOKENS[given.removeprefix("Bearer ")]


async def read(request: Request) -> bytes:
    """The body, and no more of it than a beacon needs to refuse it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) >= BODY_MAX:
            break
    return bytes(body[:BODY_MAX])


def root_of(beacon: varidex.Beacon) -> str:
    """The path below which it is asked, by its own address."""
    sets = beacon.answer("/map").json()["response"]["endpointSets"]
    return urlsplit(sets["dataset"]["rootUrl"]).path.removesuffix("/datasets")


def app(config: str) -> FastAPI:
    beacon = varidex.Beacon(config)
    root = root_of(beacon)
    app = FastAPI(openapi_url=None, redirect_slashes=False)

    @app.api_route(root or "/", methods=["GET", "POST"])
    @app.api_route(root + "/{path:path}", methods=["GET", "POST"])
    async def answer(request: Request) -> Response:
        try:
            who = access(request)
            body = await read(request) if request.method == "POST" else None
        except KeyError:
            return Response(status_code=401)
        except ClientDisconnect:
            return Response(status_code=408)
        path = request.scope["raw_path"].decode("ascii", "replace").removeprefix(root)
        query = request.scope["query_string"].decode("ascii", "replace")
        # a question may take seconds: it must not hold up who waits for the network
        found = await run_in_threadpool(beacon.answer, path, body, query=query, access=who)
        return Response(found.body, found.status, media_type="application/json")

    app.state.root = root
    return app


def main(config: str, port: str = "5050", seconds: str = "10") -> None:
    server = app(config)
    Connection.seconds = float(seconds)
    listener = socket.create_server(("127.0.0.1", int(port)))
    # who started it reads the address, of which the port may have been 0
    print(f"http://127.0.0.1:{listener.getsockname()[1]}{server.state.root}", flush=True)
    options: Any = {"http": Connection, "limit_concurrency": CONNECTIONS, "log_level": "warning"}
    uvicorn.Server(uvicorn.Config(server, **options)).run([listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
