"""The steps in order: the same pipeline on a laptop and on a cluster."""
