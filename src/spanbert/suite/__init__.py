"""Suites: all benchmarks of a list fine-tuned and scored, in one table beside the paper's."""
