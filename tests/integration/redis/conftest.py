"""On the embedded engine, which starts once."""

from tests.integration.redis.engine import engine_url, truth

__all__ = ["engine_url", "truth"]
