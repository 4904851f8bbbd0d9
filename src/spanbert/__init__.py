"""SpanBERT: text goes in, a span-pretrained encoder comes out (arXiv 1907.10529)."""

__version__ = "0.1.0"
