"""bot-core's AI service: short-term price predictions from the trading engine's data."""

SERVICE = "python-ai-service"

# The version that this source is; nothing at build or run time overrides it.
__version__ = "0.1.0"
