"""A resolved text -> a page on which its clusters are coloured and can be followed.

Pointing at a mention, or a click or the focus on it, shows its whole cluster; the number behind it
leads to the next mention. The look alone does that: as all pages, this one has no script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spanbert.evaluation.coref.mention_types import mention_type
from spanbert.report.rendering import KeyFigure, render_template
from spanbert.report.summary import count
from spanbert.tasks.coref.document import CorefDocument, Span
from spanbert.tasks.coref.raw_text import shown_span

MAX_LIT = 500  # largest clusters that light up as one; a browser tries a rule for each
MAX_NAME_CHARACTERS = 60
_GOLDEN_ANGLE = 137.508  # degrees; hues of neighbours in number are far apart


@dataclass(frozen=True)
class Mention:
    """A mention on the page."""

    cluster: int  # number, from 1
    place: int  # in its cluster, from 1
    text: str

    @property
    def anchor(self) -> str:
        """What links call it."""
        return f"m{self.cluster}-{self.place}"


@dataclass(frozen=True)
class Cluster:
    """A cluster on the page: its mentions in order of the text."""

    number: int
    name: str
    mentions: list[Mention]

    @property
    def hue(self) -> float:
        """Of its colour, in degrees."""
        return round(self.number * _GOLDEN_ANGLE % 360, 1)

    def after(self, mention: Mention) -> Mention:
        """The next mention; after the last the first."""
        return self.mentions[mention.place % len(self.mentions)]


@dataclass(frozen=True)
class Part:
    """What comes next in the text: characters, or where a mention begins or ends."""

    text: str = ""
    begins: Mention | None = None
    ends: Mention | None = None


def render_coref(document: CorefDocument, name: str) -> str:
    """The page of a document made from raw text, as HTML text.

    Args:
        document: no two of its mentions cross.
        name: of the text, for the heading.

    Raises:
        DependencyError: jinja2 is not installed.
    """
    clusters = clusters_of(document)
    num_mentions = sum(len(cluster.mentions) for cluster in clusters)
    largest = sorted(clusters, key=lambda cluster: -len(cluster.mentions))
    most = len(largest[0].mentions) if largest else 0
    content: dict[str, Any] = {
        "title": f"{shortened(name)} – coreference",
        "heading": name,
        "subtitle": "Coreference: what stands for the same thing has the same colour and number",
        "verdict": f"{_counted(num_mentions, 'mention')} in {_counted(len(clusters), 'cluster')}.",
        "key_figures": [
            KeyFigure("Words", count(document.num_words), "in the text"),
            KeyFigure("Mentions", count(num_mentions), "in all clusters"),
            KeyFigure("Clusters", count(len(clusters)), "of one mention or more"),
            KeyFigure("Largest cluster", count(most), "mentions"),
        ],
        "clusters": {cluster.number: cluster for cluster in clusters},
        "lit": largest[:MAX_LIT],
        "parts": parts_of(document, clusters),
    }
    return render_template("coref.html.jinja", content)


def clusters_of(document: CorefDocument) -> list[Cluster]:
    """The clusters, in order of their first mentions, with what each is called."""
    assert document.text is not None
    words, clusters = document.words, []
    for number, spans in enumerate(document.clusters, start=1):
        places = [shown_span(document, span) for span in spans]
        texts = [document.text[start:end] for start, end in places]
        mentions = [Mention(number, place, text) for place, text in enumerate(texts, start=1)]
        kinds = [mention_type(words[start:end]) for start, end in spans]
        clusters.append(Cluster(number, shortened(_name(texts, kinds)), mentions))
    return clusters


def parts_of(document: CorefDocument, clusters: Sequence[Cluster]) -> list[Part]:
    """The whole text, with beginnings and ends of mentions where they are, the longer outside."""
    assert document.text is not None
    text, parts, shown = document.text, list[Part](), 0
    open_mentions: list[tuple[int, Mention]] = []  # where it ends, innermost last
    for (start, end), mention in _in_order(document, clusters):
        shown = _close(text, shown, start, open_mentions, parts)
        parts += [Part(text[shown:start]), Part(begins=mention)]
        open_mentions.append((end, mention))
        shown = start
    shown = _close(text, shown, len(text), open_mentions, parts)
    return [*parts, Part(text[shown:])]


def _in_order(document: CorefDocument, clusters: Sequence[Cluster]) -> list[tuple[Span, Mention]]:
    """Characters of each mention, by where it begins, of equal ones the longer first."""
    found = [
        (shown_span(document, span), mention)
        for spans, cluster in zip(document.clusters, clusters, strict=True)
        for span, mention in zip(spans, cluster.mentions, strict=True)
    ]
    return sorted(found, key=lambda one: (one[0][0], -one[0][1]))


def _close(
    text: str,
    shown: int,
    place: int,
    open_mentions: list[tuple[int, Mention]],
    parts: list[Part],
) -> int:
    """End the open mentions that end up to a place; returns how far the text is shown."""
    while open_mentions and open_mentions[-1][0] <= place:
        end, mention = open_mentions.pop()
        parts += [Part(text[shown:end]), Part(ends=mention)]
        shown = end
    return shown


def _name(texts: Sequence[str], kinds: Sequence[str]) -> str:
    """The first mention that is a name, else the first that is no pronoun, else the first."""
    for kind in ("name", "other"):
        if kind in kinds:
            return texts[kinds.index(kind)]
    return texts[0]


def shortened(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    cut = MAX_NAME_CHARACTERS - 1
    return line if len(line) <= MAX_NAME_CHARACTERS else f"{line[:cut]}…"


def _counted(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"
