"""The image that components name; it carries the package, so nothing is installed at start.

On a cluster `cluster.image` takes its place (`pipelines/placing.py`).
"""

SPANBERT_IMAGE = "spanbert-python:dev"
