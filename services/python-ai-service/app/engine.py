"""The trading engine as this service sees it."""

import httpx

# Kept below the gateways in between, so that a caller gets our reason and not theirs.
TIMEOUT_SECONDS = 3.0


class EngineUnavailable(Exception):
    """The engine cannot be reached or does not answer as agreed."""


class UnknownSymbol(Exception):
    """The engine does not know the symbol; the message names those that it knows."""


class EngineClient:
    """Reads prices over one pool of connections; close it with `aclose`."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            timeout=TIMEOUT_SECONDS,
            # Only connecting is tried again; a request that was sent is never repeated.
            transport=transport or httpx.AsyncHTTPTransport(retries=2),
        )

    async def prices(self, symbol: str, points: int, step_seconds: int) -> list[float]:
        """The latest `points` prices, oldest first, `step_seconds` apart."""
        query = {"symbol": symbol, "points": points, "stepSeconds": step_seconds}
        try:
            answer = await self._http.get("/api/market/history", params=query)
            body = answer.json()
            if answer.status_code == 404:
                raise UnknownSymbol(body["error"])
            answer.raise_for_status()
            return [float(point["price"]) for point in body["points"]]
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise EngineUnavailable(f"the trading engine does not answer: {reason}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise EngineUnavailable("the trading engine's answer is not as agreed") from error

    async def aclose(self) -> None:
        await self._http.aclose()
