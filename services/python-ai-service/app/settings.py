"""Settings from the environment, read once at the start."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Settings:
    # Where the trading engine answers, without a trailing slash.
    engine_url: str = "http://rust-core-engine:8080"
    port: int = 8000
    # How long requests in flight may take after SIGTERM.
    shutdown_seconds: int = 10

    @classmethod
    def from_environment(cls, environment: dict[str, str] | None = None) -> "Settings":
        """Takes ENGINE_URL, PORT and SHUTDOWN_SECONDS; an empty one has its default."""
        source = os.environ if environment is None else environment
        return cls(
            engine_url=_url(source.get("ENGINE_URL") or cls.engine_url),
            port=_number("PORT", source.get("PORT"), cls.port, 1, 65535),
            shutdown_seconds=_number(
                "SHUTDOWN_SECONDS", source.get("SHUTDOWN_SECONDS"), cls.shutdown_seconds, 0, 600
            ),
        )


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"ENGINE_URL is {value!r}: it must be http(s)://HOST[:PORT]")
    return value.rstrip("/")


def _number(name: str, value: str | None, default: int, low: int, high: int) -> int:
    if not value:
        return default
    if not value.isdecimal() or not low <= int(value) <= high:
        raise ValueError(f"{name} is {value!r}: it must be a whole number from {low} to {high}")
    return int(value)
