"""Corpus and shards over two nodes of a Ray cluster, one of which is killed on the way.

In place of the killed one comes another, as Kubernetes would see to.
"""

import contextlib
import os
import threading
import time

import pytest
import tiny
from containers.nodes import ADDRESS

from spanbert.cluster.doing import do_work
from spanbert.cluster.following import Listener
from spanbert.corpus.sources.chunks import CHUNK_BYTES
from spanbert.storage import verify

pytestmark = pytest.mark.containers

NUM_SOURCES = 4


def write_sources(folder):
    """Files that make a chunk each: long documents that begin differently."""
    folder.mkdir()
    story = " ".join(tiny.texts(100))
    for number in range(NUM_SOURCES):
        documents = (
            f"Story {n} of book {number}. {story}" for n in range(CHUNK_BYTES // len(story))
        )
        (folder / f"{number}.txt").write_text("\n\n".join(documents))


def settings(folder, *more):
    return tiny.config(
        folder,
        f'corpus.sources=["{folder / "sources"}"]',
        "corpus.near_duplicate_similarity=0",
        "corpus.contamination_words=0",
        *more,
    )


def made_by(config, artifacts, folder, say=print):
    """Files with their digests of both kinds of work, by role."""
    listener = Listener(say, lambda curve: contextlib.nullcontext(), lambda tags: None)
    folder.mkdir()
    folder.chmod(0o777)
    made = {role: folder / role for role in ("documents", "held_out")}
    common = {"work_root": folder / "work", "listener": listener}
    do_work("corpus", config, inputs={}, outputs=made, **common)
    cut = {role: folder / role for role in ("shards", "held_out_shards")}
    inputs = made | {"tokenizer": artifacts.tokenizer}
    do_work("shards", config, inputs=inputs, outputs=cut, **common)
    kinds = dict.fromkeys(made, "documents") | dict.fromkeys(cut, "shards")
    return {role: verify(folder / role, kind).files for role, kind in kinds.items()}


class Killer(threading.Thread):
    """Kills a node when parts are done; another takes its place."""

    def __init__(self, nodes, work):
        super().__init__(daemon=True)
        self._nodes, self._work = nodes, work
        self.num_done = 0

    def run(self):
        while not self.num_done:
            time.sleep(0.05)
            self.num_done = len(list(self._work.glob("parts/*/done/*")))
        self._nodes.kill("worker-1")
        self._nodes.start_worker(2)


def test_a_node_is_killed_and_what_comes_out_is_that_of_one_process(artifacts, nodes, tmp_path):
    os.umask(0)
    write_sources(tmp_path / "sources")
    ray = ('cluster.ray="running"', f'cluster.ray_address="{ADDRESS}"', "corpus.num_workers=2")
    lines = []
    killer = Killer(nodes, tmp_path / "cluster" / "work")
    killer.start()
    by_nodes = made_by(settings(tmp_path, *ray), artifacts, tmp_path / "cluster", lines.append)
    killer.join(60)
    print("\n".join(lines))
    assert killer.num_done < NUM_SOURCES, "the node was killed too late"
    assert any("2 workers" in line for line in lines)
    assert by_nodes == made_by(settings(tmp_path), artifacts, tmp_path / "alone")
