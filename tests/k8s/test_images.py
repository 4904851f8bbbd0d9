"""A release runs what its digests name; every site runs one image of ours."""

import re

import pytest
from k8s.rendering import SITES, all_pod_templates, containers

BY_DIGEST = re.compile(r"[\w.-]+(/[\w.-]+)+@sha256:[0-9a-f]{64}")


def images(site):
    return {
        container["image"]
        for template in all_pod_templates(site).values()
        for container in containers(template)
    }


@pytest.mark.parametrize("site", ["overlays/release", "overlays/release-gpu"])
def test_a_release_names_every_image_by_digest(site):
    assert all(BY_DIGEST.fullmatch(image) for image in images(site))


@pytest.mark.parametrize("site", SITES)
def test_our_one_image_and_a_database_is_all_that_runs(site):
    names = {image.partition("@")[0].rpartition("/")[2].partition(":")[0] for image in images(site)}
    assert names == {"spanbert-python", "postgres"}


@pytest.mark.parametrize("site", SITES)
def test_no_image_is_the_latest(site):
    assert not [image for image in images(site) if image.endswith(":latest") or ":" not in image]
