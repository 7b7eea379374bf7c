"""The review app put together, and served."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from flows.review import problems
from flows.review.access import roles_of
from flows.review.pages import (
    accounts,
    audit,
    call,
    calls,
    decide,
    item,
    quality,
    queue,
    scorecards,
    search,
    sign_in,
    sound,
    unmask,
)
from flows.review.patience import PatientProtocol
from flows.review.place import Front, Place, place_of
from flows.review.refreshing import refreshing
from flows.review.safety import Safety
from flows.review.sealing import seal_beside
from flows.review.setup import Setup
from tasks.desk.accounts import all_accounts
from tasks.desk.store import desk_of
from tasks.errors import SettingsError
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake
from tasks.lake.standing_reader import StandingReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tasks.settings import Settings

_PAGES: Final = (
    sign_in, queue, item, decide, call, calls, search, scorecards, quality, sound, unmask, accounts, audit,
)  # fmt: skip
_OPEN: Final = frozenset({"/sign-in", "/static"})
"""What is served to whoever is not signed in."""


def create_app(setup: Setup) -> FastAPI:
    """The app, every route of which but the sign-in needs an account.

    Raises:
        RuntimeError: a route does not say which roles may use it.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with setup.reader, setup.desk.kept_open():
            async with refreshing(setup):
                yield

    app = FastAPI(title="callarchive", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.setup = setup
    for page in _PAGES:
        app.router.routes.extend(page.router.routes)
    app.mount("/static", StaticFiles(directory=str(files("flows.review") / "static")))
    problems.register(app)
    for route in app.routes:
        if getattr(route, "path", None) not in _OPEN and not _needs_a_role(route):
            raise RuntimeError(f"{route} does not say who may use it")
    app.add_middleware(Safety, place=setup.place)
    return app


def serve(
    settings: Settings, host: str, port: int, tls: tuple[Path, Path] | None, announce: Callable[[str], None]
) -> None:
    """Serve a lake's review app until the process is told to stop; requests that have begun are finished.

    Raises:
        SettingsError: there is no lake, or others could read along.
    """
    front = Front(settings.review_public_url, settings.review_proxy_address, settings.review_proxy_header)
    place = place_of(host, port, tls, front)
    lake = Lake.at(settings.lake)
    if not lake.exists():
        raise SettingsError(f"no lake at {lake.address}; make one: callarchive ingest FOLDER")
    desk = desk_of(settings, lake)
    setup = Setup(
        settings=settings,
        lake=lake,
        reader=StandingReader(lake),
        desk=desk,
        keyring=lambda: load_keyring(settings.key_file),
        place=place,
        seal=seal_beside(desk.path),
    )
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("callarchive.review").setLevel(logging.INFO)
    server = server_of(create_app(setup), place)
    socket = server.config.bind_socket()
    socket.listen()  # who comes as soon as the address is printed is served
    if not all_accounts(desk):
        announce("nobody can sign in yet: callarchive reviewers add NAME --role admin")
    announce(f"review app: {place.shown} (Ctrl-C ends it)")
    with suppress(KeyboardInterrupt):
        server.run(sockets=[socket])


def server_of(app: FastAPI, place: Place) -> uvicorn.Server:
    """What serves the app at a place.

    Raises:
        SettingsError: the certificate or its key cannot be used.
    """
    config = uvicorn.Config(
        app,
        host=place.host,
        port=place.port,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,  # it would write queries, which hold what people searched for
        proxy_headers=False,  # who is asking is for place.Proxy to say
        server_header=False,
        limit_concurrency=200,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=16 * 1024,
        ssl_certfile=place.tls[0] if place.tls else None,
        ssl_keyfile=place.tls[1] if place.tls else None,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(f"TLS does not work with these files ({error.strerror or 'no PEM'})") from None
    return uvicorn.Server(config)


def _needs_a_role(route: object) -> bool:
    return isinstance(route, APIRoute) and roles_of(route.dependant) is not None
