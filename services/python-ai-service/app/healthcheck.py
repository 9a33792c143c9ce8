"""The container's own health check, `python3 -m app.healthcheck`: the image has no curl."""

import http.client
import sys

from .settings import Settings

TIMEOUT_SECONDS = 2


def probe(port: int) -> str | None:
    """What is wrong with the service on this port of loopback; None when it is healthy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health")
        status = connection.getresponse().status
        return None if status == 200 else f"status {status}"
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


if __name__ == "__main__":
    fault = probe(Settings.from_environment().port)
    if fault is not None:
        sys.exit(fault)
