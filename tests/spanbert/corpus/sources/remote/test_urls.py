"""A source's URL is of a known form, holds no secret and names a listed host."""

import pytest
from corpus_records import read

from spanbert.corpus.sources.remote.urls import is_listed
from spanbert.errors import ConfigError


@pytest.mark.parametrize(
    "url",
    [
        *("http://corpus.test/a.txt", "ftp://corpus.test/a.txt", "file:///etc/a.txt", "://a.txt"),
        *("https:///a.txt", "https://[::1/a.txt", "https://corpus.test:x/a.txt", "s3:///a.txt"),
        *("gs://bucket/a.txt", "HTTP://corpus.test/a.txt", "local://a.txt", "zip://a.txt::/b"),
    ],
)
def test_other_schemes_and_malformed_urls_are_refused(url):
    with pytest.raises(ConfigError) as caught:
        read(url, allowed_hosts=("corpus.test",))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://user:canary@corpus.test/a.txt",
        "https://canary@corpus.test/a.txt",
        "https://corpus.test/a.txt?X-Amz-Signature=canary",
        "https://corpus.test/a.txt#canary",
        "s3://key:canary@bucket/a.txt",
    ],
)
def test_credentials_are_refused_and_not_printed(url):
    with pytest.raises(ConfigError, match="no credentials") as caught:
        read(url, allowed_hosts=("corpus.test",))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("hosts", [(), ("other.test",), ("*.corpus.test",), ("orpus.test",)])
def test_a_host_that_is_not_listed_is_refused_with_the_setting_to_change(hosts):
    with pytest.raises(ConfigError, match=r"corpus\.allowed_hosts=\[\"corpus.test\"\]"):
        read("https://corpus.test/a.txt", allowed_hosts=hosts)


@pytest.mark.parametrize(
    ("host", "allowed", "expected"),
    [
        ("corpus.test", "corpus.test", True),
        ("CORPUS.test.", "corpus.TEST", True),
        ("a.corpus.test", "corpus.test", False),
        ("a.b.corpus.test", "*.corpus.test", True),
        ("corpus.test", "*.corpus.test", False),
        ("evilcorpus.test", "*.corpus.test", False),
        ("corpus.test.evil", "corpus.test", False),
        ("anything", "*", False),
    ],
)
def test_hosts_are_listed_by_whole_names_or_all_below_one(host, allowed, expected):
    assert is_listed(host, (allowed,)) is expected
