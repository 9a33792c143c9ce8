"""Holt's linear exponential smoothing, chosen and judged on the series itself.

The series is a market's: most of the time nothing beats "the price stays as it is". So each forecast
comes with its error on data that it was not fitted to, beside the error of that naive forecast.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

# Smoothing factors for level and trend that are tried; 1 and 0 are the naive forecast itself.
LEVELS = (0.2, 0.4, 0.6, 0.8, 1.0)
TRENDS = (0.0, 0.05, 0.1, 0.2, 0.4)
# Below this many points neither fitting nor judging means anything.
MIN_POINTS = 20
# Two-sided 80 % quantile of the normal distribution.
Z_80 = 1.2816


@dataclass(frozen=True, slots=True)
class Forecast:
    price: float
    # The price is expected within low and high four times out of five.
    low: float
    high: float
    # Mean absolute error at this horizon on the later half of the series.
    error: float
    # The same for the forecast "as it is now".
    naive_error: float

    @property
    def skill(self) -> float:
        """1 is perfect, 0 is no better than "as it is now", below 0 is worse."""
        if self.naive_error == 0:
            return 0.0
        return 1 - self.error / self.naive_error


def forecast(prices: Sequence[float], horizon: int) -> Forecast:
    """Forecasts `horizon` steps beyond the last price.

    The smoothing factors are those with the least error on the earlier half of the series; error and
    interval come from the later half. Raises ValueError for a series too short to be judged.
    """
    if horizon < 1:
        raise ValueError("horizon must be at least 1")
    needed = max(MIN_POINTS, 4 * horizon)
    if len(prices) < needed:
        raise ValueError(f"{len(prices)} prices are too few for this horizon: {needed} are needed")
    half = len(prices) // 2
    level, trend = min(
        product(LEVELS, TRENDS),
        key=lambda factors: _mean_abs(_errors(prices[:half], horizon, *factors)),
    )
    errors = _errors(prices, horizon, level, trend)[half:]
    naive = [prices[i + horizon] - prices[i] for i in range(half, len(prices) - horizon)]
    expected = _smooth(prices, level, trend, horizon)[-1]
    spread = Z_80 * math.sqrt(sum(error * error for error in errors) / len(errors))
    return Forecast(
        price=expected,
        low=max(0.0, expected - spread),
        high=expected + spread,
        error=_mean_abs(errors),
        naive_error=_mean_abs(naive),
    )


def _smooth(prices: Sequence[float], level: float, trend: float, horizon: int) -> list[float]:
    """For each price the forecast `horizon` steps later that knows nothing beyond that price."""
    smoothed, slope = prices[0], 0.0
    forecasts = []
    for price in prices:
        before = smoothed
        smoothed = level * price + (1 - level) * (smoothed + slope)
        slope = trend * (smoothed - before) + (1 - trend) * slope
        forecasts.append(smoothed + horizon * slope)
    return forecasts


def _errors(prices: Sequence[float], horizon: int, level: float, trend: float) -> list[float]:
    forecasts = _smooth(prices, level, trend, horizon)
    return [actual - expected for actual, expected in zip(prices[horizon:], forecasts)]


def _mean_abs(errors: Sequence[float]) -> float:
    return sum(map(abs, errors)) / len(errors)
