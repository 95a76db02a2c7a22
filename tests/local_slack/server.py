"""The HTTP server of the local Slack."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.local_slack.control import Control
from tests.local_slack.response_urls import ResponseUrls
from tests.local_slack.slack import LocalSlack
from tests.local_slack.web_api import WebApi

PAGE = Path(__file__).parent / "page"
HOST = "127.0.0.1"
LOCAL_NAMES = (HOST, "localhost")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _is_local(request: web.Request) -> bool:
    """Whether no page of another site can be behind this request.

    There is no password: a name that resolves here (DNS rebinding) or a form on
    another site would otherwise act in the workspace.
    """
    if request.host.partition(":")[0] not in LOCAL_NAMES:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == f"http://{request.host}"


@web.middleware
async def _refuse_strangers(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    if not _is_local(request):
        return web.json_response({"error": "only from this machine"}, status=403)
    return await handler(request)


async def _index(request: web.Request) -> web.StreamResponse:
    del request
    return _page_file("index.html")


async def _file(request: web.Request) -> web.StreamResponse:
    return _page_file(request.match_info["name"])


def _page_file(name: str) -> web.StreamResponse:
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        raise web.HTTPNotFound(text=f"there is no {name}")
    # Whoever changes the page wants to see the change at the next reload.
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


def application(slack: LocalSlack) -> web.Application:
    """Return the server of *slack*."""
    app = web.Application(middlewares=[_refuse_strangers], client_max_size=8 * 2**20)
    control = Control(slack)
    app.add_routes(
        [
            web.route("*", "/api/{method}", WebApi(slack).call),
            web.post("/response/{id}", ResponseUrls(slack).post),
            web.get("/link/", slack.sockets.link),
            web.get("/control/state", control.state),
            web.get("/control/wait", control.wait),
            web.post("/control/{action}", control.act),
            web.get("/", _index),
            web.get("/page/{name:.+}", _file),
        ]
    )

    async def close(app: web.Application) -> None:
        del app
        await slack.close()

    app.on_shutdown.append(close)
    return app


@asynccontextmanager
async def running(slack: LocalSlack, *, port: int = 0) -> AsyncIterator[LocalSlack]:
    """Serve *slack* on this machine while the context lasts; it then has its url."""
    runner = web.AppRunner(application(slack), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        port = runner.addresses[0][1]
        slack.url = f"http://{HOST}:{port}"
        yield slack
    finally:
        await runner.cleanup()
