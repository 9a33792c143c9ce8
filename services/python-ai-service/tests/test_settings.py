import unittest

from app.settings import Settings


class SettingsTest(unittest.TestCase):
    def test_nothing_set_has_the_defaults(self) -> None:
        self.assertEqual(Settings.from_environment({}), Settings())
        self.assertEqual(Settings.from_environment({"PORT": "", "ENGINE_URL": ""}), Settings())

    def test_values_are_taken(self) -> None:
        settings = Settings.from_environment(
            {"ENGINE_URL": "http://engine:1/", "PORT": "9000", "SHUTDOWN_SECONDS": "0"}
        )
        self.assertEqual(settings, Settings("http://engine:1", 9000, 0))

    def test_faults_are_named(self) -> None:
        for name, value in (
            ("PORT", "0"),
            ("PORT", "http"),
            ("PORT", "65536"),
            ("SHUTDOWN_SECONDS", "-1"),
            ("ENGINE_URL", "engine:8080"),
            ("ENGINE_URL", "ftp://engine"),
        ):
            with self.subTest(name=name, value=value), self.assertRaisesRegex(ValueError, name):
                Settings.from_environment({name: value})


if __name__ == "__main__":
    unittest.main()
