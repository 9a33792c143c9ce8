import asyncio
import unittest

import httpx

from app import __version__
from app.api import create_app
from app.engine import EngineClient


def ask(
    engine: httpx.Response | Exception, path: str, params: dict[str, str | int] | None = None
) -> httpx.Response:
    """What the service answers when its engine answers, or fails, like this."""

    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(engine, Exception):
            raise engine
        return engine

    async def get() -> httpx.Response:
        app = create_app(EngineClient("http://engine", httpx.MockTransport(handle)))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.get(path, params=params)

    return asyncio.run(get())


def history(count: int) -> httpx.Response:
    points = [{"time": 1000 * i, "price": 100 + 0.1 * i} for i in range(count)]
    return httpx.Response(200, json={"symbol": "BTC-USD", "points": points})


class ApiTest(unittest.TestCase):
    def test_health_does_not_need_the_engine(self) -> None:
        answer = ask(httpx.ConnectError("refused"), "/health")
        self.assertEqual((answer.status_code, answer.json()), (200, {"status": "ok"}))

    def test_version_is_the_sources(self) -> None:
        answer = ask(history(300), "/version").json()
        self.assertEqual(answer["service"], "python-ai-service")
        self.assertEqual(answer["version"], __version__)

    def test_a_trend_is_predicted(self) -> None:
        answer = ask(history(300), "/predict", {"symbol": "BTC-USD"}).json()
        self.assertEqual(answer["direction"], "up")
        self.assertAlmostEqual(answer["lastPrice"], 129.9)
        self.assertAlmostEqual(answer["predictedPrice"], 132.9, delta=0.2)
        self.assertLessEqual(answer["low"], answer["predictedPrice"])
        self.assertGreaterEqual(answer["high"], answer["predictedPrice"])

    def test_an_unknown_symbol_is_404_with_the_engines_reason(self) -> None:
        refused = httpx.Response(404, json={"error": "unknown symbol; known: BTC-USD"})
        answer = ask(refused, "/predict", {"symbol": "NONE"})
        self.assertEqual(answer.status_code, 404)
        self.assertIn("known: BTC-USD", answer.json()["error"])

    def test_every_fault_of_the_engine_is_503(self) -> None:
        for fault in (
            httpx.ConnectError("refused"),
            httpx.ReadTimeout(""),
            httpx.Response(500, json={"error": "broken"}),
            httpx.Response(200, text="not json"),
            httpx.Response(200, json={"unexpected": True}),
            history(5),
        ):
            with self.subTest(fault=fault):
                answer = ask(fault, "/predict")
                self.assertEqual(answer.status_code, 503)
                self.assertTrue(answer.json()["error"])

    def test_impossible_questions_are_422(self) -> None:
        for query in ({"horizon": 0}, {"horizon": 61}, {"symbol": ""}, {"symbol": "X" * 21}):
            with self.subTest(query=query):
                answer = ask(history(300), "/predict", query)
                self.assertEqual(answer.status_code, 422)


if __name__ == "__main__":
    unittest.main()
