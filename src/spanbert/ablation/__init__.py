"""Ablations: a grid of variants, each pre-trained alike, compared over seeds."""
