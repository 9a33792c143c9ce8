"""Starts the service: `python3 -m app [--version]`."""

import sys

import uvicorn

from . import SERVICE, __version__
from .api import create_app
from .engine import EngineClient
from .settings import Settings

# Above the idle limit of the proxies in front: they close idle connections first, so that none sends
# a request into a connection that is being closed here.
KEEP_ALIVE_SECONDS = 75


def main(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        print(SERVICE, __version__)
        return 0
    if arguments:
        print("Usage: python3 -m app [--version]", file=sys.stderr)
        return 2
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(
        create_app(EngineClient(settings.engine_url)),
        host="0.0.0.0",
        port=settings.port,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        access_log=False,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
