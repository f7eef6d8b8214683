"""Real servers on loopback that play the bureau's business systems and its partners; only the CLI and tests import it."""
