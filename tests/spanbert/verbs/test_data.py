"""The verbs that make data: nothing changes between folders and a bucket but the URLs."""

import json
import shlex
from pathlib import Path

import pytest
import tiny

from spanbert.cli import VERBS, main
from spanbert.config import to_toml
from spanbert.manifest import Manifest, as_json
from spanbert.objects import ObjectStore
from spanbert.objects.artifacts import fetch_artifact, output_folder, part_of, send_artifact
from spanbert.storage import MANIFEST, publish, verify
from spanbert.verbs.data import work_beside

KINDS = {
    "documents": "documents",
    "held-out": "documents",
    "vocab": "tokenizer",
    "shards": "shards",
}


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Gives a command in an empty folder; returns its exit code, output and error."""
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    (tmp_path / "c.toml").write_text(to_toml(tiny.config(tmp_path)))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(words):
        try:
            code = main(shlex.split(words))
        except SystemExit as ended:  # argparse's
            code = ended.code
        return code, *capsys.readouterr()

    return run


def make_all(run, root):
    """Everything from text to shards; returns what the verbs printed."""
    told = []
    for words in (
        f"corpus --config ../c.toml --output {root}",
        f"tokenizer --config ../c.toml --documents {root}/documents --output {root}/vocab",
        f"shards --config ../c.toml --documents {root}/documents --tokenizer {root}/vocab"
        f" --output {root}/shards",
    ):
        code, out, err = run(words)
        assert (code, "error" in err) == (0, False)
        told.append(json.loads(out))
    return told


def manifests(root):
    """Manifests of the verified artifacts below a folder or URL."""
    return {name: verify(fetch_artifact(part_of(root, name), k), k) for name, k in KINDS.items()}


def test_a_bucket_holds_what_folders_hold(run, s3_url, tmp_path):
    assert make_all(run, "data") == make_all(run, s3_url)
    here, there = manifests(tmp_path / "here" / "data"), manifests(s3_url)
    assert {n: m.digest for n, m in here.items()} == {n: m.digest for n, m in there.items()}
    assert {n: (m.inputs, m.counts) for n, m in here.items()} == {
        n: (m.inputs, m.counts) for n, m in there.items()
    }
    files = (p for p in (tmp_path / "here" / "data").rglob("*") if p.is_file())
    names = {p.relative_to(tmp_path / "here" / "data").as_posix() for p in files}
    assert ObjectStore(s3_url).list().keys() == names
    assert not (tmp_path / "here" / "s3:").exists()
    assert not list((tmp_path / "cache").rglob("output"))


def test_making_all_again_sends_nothing(run, s3_url, monkeypatch):
    make_all(run, s3_url)
    monkeypatch.setattr(ObjectStore, "put", None)
    monkeypatch.setattr(ObjectStore, "write", None)
    make_all(run, s3_url)


def test_masks_of_shards_in_a_bucket_are_inspected(run, artifacts, s3_url):
    send_artifact(artifacts.shards, f"{s3_url}/shards")
    send_artifact(artifacts.tokenizer, f"{s3_url}/tokenizer")
    words = "inspect masks --config ../c.toml --json"
    shown = [
        run(f"{words} --shards {root}/shards --tokenizer {root}/tokenizer")
        for root in (artifacts.shards.parent, s3_url)
    ]
    assert shown[0] == shown[1]
    assert shown[0][0] == 0


def test_an_input_that_is_not_there_is_told_as_for_a_folder(run, s3_url):
    words = f"tokenizer --config ../c.toml --documents {s3_url}/documents --output {s3_url}/vocab"
    code, out, err = run(words)
    assert (code, out) == (3, "")
    assert err == (
        f"spanbert: error: {s3_url}/documents: no finished documents artifact here"
        " -> run the step before it\n"
    )
    assert ObjectStore(s3_url).list() == {}


def test_shards_that_are_not_there_are_told_before_training(run, s3_url):
    words = f"--shards {s3_url}/shards --tokenizer {s3_url}/vocab --output encoder"
    code, out, err = run(f"pretrain --config ../c.toml {words}")
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert f"{s3_url}/shards: no finished shards artifact here" in err


def test_an_output_that_is_something_else_is_refused_before_the_work(run, s3_url, tmp_path):
    ObjectStore(s3_url).write("documents/thesis", b"years of work")
    words = f"corpus --config ../c.toml --output {s3_url} --set corpus.sources=[\\'nowhere\\']"
    code, _, err = run(words)
    assert code == 2
    assert "something else than documents is here already" in err
    assert ObjectStore(s3_url).list() == {"documents/thesis": 13}


def test_work_that_fails_sends_nothing_and_leaves_nothing(run, artifacts, s3_url, tmp_path):
    send_artifact(artifacts.documents, f"{s3_url}/documents")
    before = ObjectStore(s3_url).list()
    code, _, err = run(f"corpus --config ../c.toml --output {s3_url} --set corpus.sources=[]")
    assert (code, err.count("\n")) == (3, 1)
    assert ObjectStore(s3_url).list() == before
    assert not list((tmp_path / "cache").rglob("output"))


def test_a_writer_beside_another_to_the_same_url_is_refused(run, s3_url, tmp_path):
    with output_folder(f"{s3_url}/documents", "documents") as folder:
        code, _, err = run(f"corpus --config ../c.toml --output {s3_url}")
        with publish(folder, "documents") as draft:
            (draft.folder / "a").write_text("a")
    assert (code, err.count("\n")) == (2, 1)
    assert ObjectStore(s3_url).list().keys() == {"documents/a", f"documents/{MANIFEST}"}


@pytest.mark.parametrize("url", ["gs://bucket/x", "s3://key:canary-of-a-secret@bucket/x"])
def test_other_urls_are_refused_in_one_line_without_their_secrets(run, url, tmp_path):
    code, _, err = run(f"corpus --config ../c.toml --output {url}")
    assert (code, err.count("\n")) == (2, 1)
    assert "canary" not in err
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        "corpus",
        "corpus --set corpus.sources=[\\'nowhere\\']",
        "shards --documents {0.documents} --tokenizer {0.tokenizer}",
        "finetune qa --tokenizer {0.tokenizer}",
    ],
)
def test_a_refused_start_leaves_alone_what_the_running_one_keeps(run, artifacts, words):
    with work_beside(Path("data")) as work:
        work.mkdir()
        (work / "half a part").write_text("an hour's work")
        code, _, err = run(f"{words.format(artifacts)} --config ../c.toml --output ./data")
        assert (code, err.count("\n")) == (2, 1)
        assert "writes to this output -> wait for it, or choose another --output" in err
        assert (work / "half a part").exists()
    assert not work.exists()


def test_work_with_nothing_to_go_on_from_is_removed(run, tmp_path):
    assert run("corpus --config ../c.toml --output data --set corpus.sources=[]")[0] == 3
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "occupied"),
    [
        ("corpus --output data --set corpus.sources=[\\'nowhere\\']", "data/held-out"),
        ("tokenizer --documents nowhere --output data", "data"),
        ("shards --documents {0.documents} --tokenizer nowhere --output data", "data"),
        ("finetune qa --tokenizer nowhere --output data", "data"),
    ],
)
def test_an_occupied_folder_is_refused_before_the_work(run, artifacts, words, occupied, tmp_path):
    (tmp_path / "here" / occupied).mkdir(parents=True)
    thesis = tmp_path / "here" / occupied / "thesis"
    thesis.write_text("years of work")
    code, _, err = run(f"{words.format(artifacts)} --config ../c.toml")
    assert (code, err.count("\n")) == (2, 1)
    assert "is here already" in err
    assert [path for path in (tmp_path / "here").rglob("*") if path.is_file()] == [thesis]


@pytest.mark.parametrize("verb", ["corpus", "tokenizer", "shards", "corpus report"])
def test_an_empty_path_is_refused(run, verb):
    (found,) = [v for v in VERBS if v.name == verb]
    code, _, err = run(f"{verb} {found.example} --output ''")
    assert code == 2
    assert err.splitlines()[-1].endswith("argument --output: an empty path")


def test_an_empty_source_is_refused_with_its_place(run):
    words = "corpus --config ../c.toml --output data --set corpus.sources=[\\'\\']"
    code, _, err = run(words)
    assert (code, err.count("\n")) == (2, 1)
    assert "corpus.sources = [''] has an empty entry" in err


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("../texts", "../texts"),
        ("../texts", "../texts/new"),
        ("../link", "../texts/new"),
        ("../texts/**/*.txt", "../texts/old"),
        ("../texts/old/documents/a.txt", "../texts/old"),
    ],
)
def test_an_output_among_its_sources_is_refused(run, tmp_path, source, output):
    path = tmp_path / "texts" / "old" / "documents" / "a.txt"
    path.parent.mkdir(parents=True)
    path.write_text("text")
    (path.parent / MANIFEST).write_text(as_json(Manifest("documents", 1, {})))
    (tmp_path / "link").symlink_to("texts")
    words = f"corpus --config ../c.toml --output {output}"
    code, _, err = run(f"{words} --set corpus.sources=[\\'{source}\\']")
    assert (code, err.count("\n")) == (2, 1)
    assert "corpus.sources" in err
    assert path.read_text() == "text"


def test_sources_beside_the_artifacts_are_no_sources_in_them(run, tmp_path):
    tiny.write_corpus(tmp_path / "here")
    words = "corpus --config ../c.toml --output . --set corpus.min_characters=1"
    assert run(words)[0] == 0


_PATHS = [(verb, option) for verb in VERBS for option in verb.paths] + [
    (verb, option)
    for verb in VERBS
    for option, settings in verb.options.items()
    if option.startswith("--") and settings.get("metavar") == "PATH" and "type" in settings
]


@pytest.mark.parametrize(("verb", "option"), _PATHS, ids=lambda of: getattr(of, "name", of))
def test_a_verb_that_wants_a_path_refuses_a_url(run, verb, option, tmp_path):
    words = f"{verb.name} {verb.example} {option} s3://key:canary-of-a-secret@bucket/x"
    code, _, err = run(words)
    assert code == 2
    assert err.splitlines()[-1].endswith("a URL, where only a path on this machine will do")
    assert option in err.splitlines()[-1]
    assert "canary" not in err
    assert list((tmp_path / "here").iterdir()) == []


def test_runs_are_kept_in_a_folder(run, tmp_path):
    code, _, err = run("corpus --config ../c.toml --output data --set run.folder=s3://bucket/runs")
    assert (code, err.count("\n")) == (2, 1)
    assert "run.folder is a URL" in err
