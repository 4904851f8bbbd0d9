"""Pages taken apart, and texts that try to become part of them."""

import html.parser

VOID = {"meta", "path", "rect", "circle"}  # never closed, or closed in their own tag
PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</code></pre><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=http://example.org/>x</a>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<base href=//example.org/>",
    "<object data=//example.org/x>",
    "<form action=https://example.org><input autofocus onfocus=alert(1)>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '"><img src=//example.org/x>',
    '" style="background:url(https://example.org/x)',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<\x00script>alert(1)</script>",
    "<\u2028script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "\ud800<script>alert(1)</script>",
]


class Page(html.parser.HTMLParser):
    """Elements in order, the text of the page, and tags that are not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.open, self.misnested = [], "", [], []
        self.others = []  # comments, declarations, processing instructions
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.misnested.append(tag)

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.others.append(data)

    def handle_decl(self, decl):
        self.others.append(decl)

    unknown_decl = handle_pi = handle_comment

    @property
    def skeleton(self):
        return [(tag, sorted(attributes)) for tag, attributes in self.elements]

    def values(self, name):
        return [a[name] for _, a in self.elements if name in a]


def assert_harmless(page):
    """Nothing on the page runs, loads, or leads anywhere."""
    for tag, attributes in page.elements:
        assert tag not in {
            "script",
            "iframe",
            "object",
            "embed",
            "base",
            "link",
            "img",
            "a",
            "form",
        }
        assert not any(name.startswith("on") for name in attributes)
        assert not attributes.keys() & {"src", "href", "xlink:href", "srcset", "action", "data"}
        assert "style" not in attributes
    assert page.others == ["DOCTYPE html"]
