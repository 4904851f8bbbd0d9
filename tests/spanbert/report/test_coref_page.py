"""The page of clusters: the text as it was, each mention in its place, links that go round."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.report import coref_page
from spanbert.report.coref_page import render_coref
from spanbert.tasks.coref.raw_text import document_of_text, shown_span

TEXT = "Ann & Bob's <b>mill</b>\n\n burnt.  She saw it; he did not see it."


class Page(HTMLParser):
    """What a browser makes of a page: its text, its mentions, its links."""

    def __init__(self, html):
        super().__init__()
        self.passage, self.mentions, self.anchors, self.links, self.tags = "", [], [], [], set()
        self.labels = []
        self._open, self._depth, self._in_number = [], 0, False
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        classes = (attributes.get("class") or "").split()
        if "id" in attributes:
            self.anchors.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
            self.labels.append(attributes.get("aria-label", ""))
        if tag in ("div", "span") and (self._depth or "passage" in classes):
            self._depth += 1
            self._open.append((len(self.passage), classes))
        elif self._depth:
            self._in_number = True

    def handle_endtag(self, tag):
        if tag in ("div", "span") and self._depth:
            self._depth -= 1
            start, classes = self._open.pop()
            if "mention" in classes:
                cluster = next(int(c[1:]) for c in classes if c[1:].isdigit())
                self.mentions.append((cluster, start, len(self.passage)))
        elif self._depth:
            self._in_number = False

    def handle_data(self, data):
        if self._depth and not self._in_number:
            self.passage += data


def resolved(text, clusters):
    return replace(document_of_text(text), clusters=clusters)


def nested(document, chance):
    """Random spans of words of which no two cross, in random clusters."""
    spans = []
    for place, size in chance:
        start = place % document.num_words
        span = (start, min(document.num_words, start + size))
        if span not in spans and not any(
            s < span[0] < e < span[1] or span[0] < s < span[1] < e for s, e in spans
        ):
            spans.append(span)
    groups = {}
    for number, span in enumerate(spans):
        groups.setdefault(number * number % 4, []).append(span)
    return tuple(sorted(tuple(sorted(group)) for group in groups.values()))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=12))
def test_the_text_is_as_it_was_and_mentions_stand_where_they_are(chance):
    document = document_of_text(TEXT)
    document = replace(document, clusters=nested(document, chance))
    page = Page(render_coref(document, "text"))
    assert page.passage == TEXT
    expected = [
        (number, *shown_span(document, span))
        for number, cluster in enumerate(document.clusters, start=1)
        for span in cluster
    ]
    assert sorted(page.mentions) == sorted(expected)


def test_links_lead_from_each_mention_to_the_next_and_round():
    page = Page(render_coref(resolved(TEXT, (((0, 1), (9, 10), (13, 14)), ((2, 3),))), "text"))
    assert len(page.anchors) == len(set(page.anchors)) == 4
    assert all(link.removeprefix("#") in page.anchors for link in page.links)
    own = [link for link, label in zip(page.links, page.labels, strict=True) if label]
    assert own == ["#m1-2", "#m1-3", "#m1-1"], "and none from a mention that is alone"
    assert "Ann: mention 3 of 3; go to the next" in page.labels


def test_nothing_of_a_text_or_its_name_is_code_and_nothing_is_loaded():
    text = '<script>alert("x")</script> Ann came. She left. \x1b[31m &amp;'
    document = document_of_text(text)
    ann, she = (document.words.index(word) for word in ("Ann", "She"))
    page = render_coref(
        replace(document, clusters=(((0, 3), (ann, ann + 1), (she, she + 1)),)), "<script>x"
    )
    parsed = Page(page)
    assert not parsed.tags & {"script", "img", "link", "iframe", "b"}
    assert parsed.passage == text.replace("\x1b", "\ufffd")
    assert "http" not in page.replace("Content-Security-Policy", "").replace("http-equiv", "")


def test_a_cluster_is_called_by_a_name_then_by_what_is_no_pronoun_on_one_line():
    text = "She saw the\nold mill. Ann liked it. He left himself."
    words = document_of_text(text).words
    at = {word: words.index(word) for word in words}
    clusters = (
        ((at["She"], at["She"] + 1), (at["Ann"], at["Ann"] + 1)),
        ((at["the"], at["mill"] + 1), (at["it"], at["it"] + 1)),
        ((at["He"], at["He"] + 1), (at["himself"], at["himself"] + 1)),
    )
    found = coref_page.clusters_of(resolved(text, clusters))
    assert [cluster.name for cluster in found] == ["Ann", "the old mill", "He"]
    assert coref_page.shortened("x" * 70) == "x" * 59 + "…"


@pytest.mark.parametrize("clusters", [(), (((0, 1),),)])
def test_a_page_without_links_says_so_or_shows_who_is_alone(clusters):
    page = render_coref(resolved("Ann slept.", clusters), "text")
    assert ("No mention was linked" in page) == (not clusters)
    assert Page(page).passage == "Ann slept."


def test_of_many_clusters_the_largest_light_up(monkeypatch):
    monkeypatch.setattr(coref_page, "MAX_LIT", 1)
    page = render_coref(resolved(TEXT, (((2, 3), (3, 4)), ((0, 1), (9, 10), (13, 14)))), "text")
    assert "main:has(.c2:is" in page
    assert "main:has(.c1:is" not in page
