import random
import unittest

from app.forecast import Forecast, forecast


class ForecastTest(unittest.TestCase):
    def test_a_constant_series_stays(self) -> None:
        result = forecast([5.0] * 40, horizon=5)
        self.assertAlmostEqual(result.price, 5.0)
        self.assertAlmostEqual(result.low, result.high)
        self.assertEqual(result.skill, 0.0)

    def test_a_straight_line_goes_on(self) -> None:
        result = forecast([100.0 + 2 * i for i in range(200)], horizon=10)
        self.assertAlmostEqual(result.price, 100 + 2 * 209, delta=0.5)
        self.assertGreater(result.skill, 0.9)

    def test_pure_noise_is_not_called_predictable(self) -> None:
        generator = random.Random(1)
        walk = [1000.0]
        for _ in range(400):
            walk.append(walk[-1] + generator.gauss(0, 1))
        self.assertLess(forecast(walk, horizon=10).skill, 0.2)

    def test_the_interval_holds_about_four_times_out_of_five(self) -> None:
        generator = random.Random(2)
        walk = [1000.0]
        for _ in range(3000):
            walk.append(walk[-1] + generator.gauss(0, 1))
        inside = 0
        for end in range(300, 3000, 27):
            result = forecast(walk[end - 300 : end], horizon=10)
            inside += result.low <= walk[end + 9] <= result.high
        self.assertGreater(inside, 65)
        self.assertLess(inside, 95)

    def test_later_prices_do_not_leak_into_the_judgement(self) -> None:
        calm = [100.0] * 100
        jump = forecast(calm + [200.0] * 100, horizon=10)
        self.assertGreater(jump.error, 0)

    def test_the_interval_never_goes_below_zero(self) -> None:
        prices = [0.01 if i % 2 else 1.0 for i in range(60)]
        self.assertGreaterEqual(forecast(prices, horizon=1).low, 0)

    def test_what_cannot_be_judged_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "19 prices are too few.*20 are needed"):
            forecast([1.0] * 19, horizon=1)
        with self.assertRaisesRegex(ValueError, "240 are needed"):
            forecast([1.0] * 200, horizon=60)
        with self.assertRaisesRegex(ValueError, "horizon"):
            forecast([1.0] * 100, horizon=0)

    def test_skill_compares_with_the_naive_forecast(self) -> None:
        self.assertEqual(Forecast(1, 1, 1, error=1, naive_error=2).skill, 0.5)
        self.assertEqual(Forecast(1, 1, 1, error=3, naive_error=2).skill, -0.5)


if __name__ == "__main__":
    unittest.main()
