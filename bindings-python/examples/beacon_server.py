"""Requests of Beacon 2 over HTTP, answered by varidex: FastAPI and uvicorn.

    python beacon_server.py beacon.toml 5050
    curl 'http://127.0.0.1:5050/api/g_variants?referenceName=22&start=20070102&referenceBases=G&alternateBases=A'
"""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

import varidex

#: one byte more than a beacon reads, which refuses it in its own words
BODY_MAX = (1 << 20) + 1
#: who may be answered what. A service asks whoever has authenticated its users; a token for everybody is an example
TOKENS = {"example-count": {"granularity": "count"}, "example-record": {"granularity": "record"}}


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


def app(config: str) -> FastAPI:
    beacon = varidex.Beacon(config)
    app = FastAPI(openapi_url=None)

    @app.api_route("/api", methods=["GET", "POST"])
    @app.api_route("/api/{path:path}", methods=["GET", "POST"])
    async def answer(request: Request) -> Response:
        try:
            who = access(request)
        except KeyError:
            return Response(status_code=401)
        body = await read(request) if request.method == "POST" else None
        path = request.scope["raw_path"].decode("ascii", "replace").removeprefix("/api")
        query = request.scope["query_string"].decode("ascii", "replace")
        # a question may take seconds: it must not hold up who waits for the network
        found = await run_in_threadpool(beacon.answer, path, body, query=query, access=who)
        return Response(found.body, found.status, media_type="application/json")

    return app


def main(config: str, port: str = "5050") -> None:
    listener = socket.create_server(("127.0.0.1", int(port)))
    # who started it reads the address, of which the port may have been 0
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/api", flush=True)
    uvicorn.Server(uvicorn.Config(app(config), log_level="warning")).run([listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
