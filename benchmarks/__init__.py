"""Measurements, a command each: `python -m benchmarks.NAME --help`."""
