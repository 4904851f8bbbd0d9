"""The digest follows names and content."""

from spanbert.corpus.sources.digest import digest_sources


def test_the_digest_follows_names_and_content_but_not_the_folder(write, tmp_path):
    for folder in ("one", "two"):
        write(f"{folder}/a.txt", "a")
        write(f"{folder}/b.txt", "b")
    one, two = (digest_sources([str(tmp_path / name / "*.txt")]) for name in ("one", "two"))
    assert one == two
    changed = {one}
    write("two/b.txt", "c")
    changed.add(digest_sources([str(tmp_path / "two/*.txt")]))
    write("one/b.txt", "b").rename(tmp_path / "one/c.txt")
    changed.add(digest_sources([str(tmp_path / "one/*.txt")]))
    changed.add(digest_sources([str(tmp_path / "one/a.txt")]))
    changed.add(digest_sources(["hf:a"]))
    changed.add(digest_sources(["hf:a:test"]))
    assert len(changed) == 6
