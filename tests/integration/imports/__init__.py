"""Other people's case logs, into a store."""
