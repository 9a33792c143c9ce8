"""The HTTP interface."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from . import SERVICE, __version__
from .engine import EngineClient, EngineUnavailable, UnknownSymbol
from .forecast import Forecast, forecast

# Prices looked at for each forecast: enough to fit on one half and judge on the other.
POINTS = 300


class Health(BaseModel):
    status: str


class Version(BaseModel):
    service: str
    version: str
    # Docker sets HOSTNAME to the container's id, which tells replicas apart.
    instance: str


class Prediction(BaseModel):
    symbol: str
    horizonSeconds: int
    lastPrice: float
    predictedPrice: float
    low: float
    high: float
    changePercent: float
    direction: str
    meanError: float
    naiveMeanError: float
    skill: float
    method: str


def create_app(engine: EngineClient) -> FastAPI:
    """The application on an engine client, which it closes at its end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.aclose()

    # The interactive documents load scripts from a public CDN; openapi.json stays.
    app = FastAPI(
        title=SERVICE, version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )

    @app.exception_handler(UnknownSymbol)
    async def unknown_symbol(_: Request, error: UnknownSymbol) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=404)

    @app.exception_handler(EngineUnavailable)
    async def engine_unavailable(_: Request, error: EngineUnavailable) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=503, headers={"Retry-After": "2"})

    @app.get("/health")
    async def health() -> Health:
        # Says nothing of the engine: its failure must not take this service out as well.
        return Health(status="ok")

    @app.get("/version")
    async def version() -> Version:
        instance = os.environ.get("HOSTNAME", "")
        return Version(service=SERVICE, version=__version__, instance=instance)

    @app.get("/predict")
    async def predict(
        symbol: Annotated[str, Query(min_length=1, max_length=20)] = "BTC-USD",
        horizon: Annotated[int, Query(ge=1, le=60, description="seconds")] = 30,
    ) -> Prediction:
        prices = await engine.prices(symbol, POINTS, step_seconds=1)
        try:
            result = forecast(prices, horizon)
        except ValueError as error:
            raise EngineUnavailable(str(error)) from error
        return _prediction(symbol, horizon, prices[-1], result)

    return app


def _prediction(symbol: str, horizon: int, last: float, result: Forecast) -> Prediction:
    change = (result.price / last - 1) * 100 if last else 0.0
    # Within a tenth of the usual error a direction would be made up.
    flat = abs(result.price - last) < result.error / 10
    direction = "flat" if flat else "up" if change > 0 else "down"
    return Prediction(
        symbol=symbol,
        horizonSeconds=horizon,
        lastPrice=last,
        predictedPrice=round(result.price, 6),
        low=round(result.low, 6),
        high=round(result.high, 6),
        changePercent=round(change, 4),
        direction=direction,
        meanError=round(result.error, 6),
        naiveMeanError=round(result.naive_error, 6),
        skill=round(result.skill, 3),
        method="Holt's linear exponential smoothing",
    )
