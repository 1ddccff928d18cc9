"""What `--engine` knows."""

MEMORY = "memory"
"""No engine: the fake, beside which a contract is held."""
EMBEDDED = "embedded"
REDIS7 = "redis7"
CLUSTER = "redis7-cluster"
REDIS62 = "redis62"
VALKEY8 = "valkey8"
ENGINES = (EMBEDDED, REDIS7, CLUSTER, REDIS62, VALKEY8)
