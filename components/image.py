"""The image that all components run in; it carries the package, so nothing is installed at start.

A release sets SPANBERT_IMAGE to an image by digest before compiling. KFP's cache key holds this
string, so a moving tag would replay old results.
"""

import os

SPANBERT_IMAGE = os.environ.get("SPANBERT_IMAGE", "spanbert-python:dev")
