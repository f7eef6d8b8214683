"""The command line: parses, chooses and prints; every decision is made elsewhere."""
