"""Benchmarks: `make bench`. Every figure is a ratio within one run, on whatever machine it runs."""
