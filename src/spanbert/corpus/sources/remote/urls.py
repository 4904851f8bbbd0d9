"""Which URLs may be asked for text."""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from spanbert.errors import ConfigError


def checked_url(url: str) -> SplitResult:
    """A source's URL in its parts.

    Raises:
        ConfigError: it is malformed, is neither https nor s3, or may hold a secret.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is checked when it is read
    except ValueError as error:
        raise ConfigError(
            "a source is no URL", place="corpus.sources", remedy="correct it"
        ) from error
    if "@" in parts.netloc or parts.query or parts.fragment:  # not repeated: it may be a secret
        raise ConfigError(
            "a source's URL holds no credentials, query or fragment",
            place="corpus.sources",
            remedy="give credentials of s3:// by the AWS environment; download other files by hand",
        )
    if parts.scheme not in ("https", "s3") or not parts.hostname:
        raise ConfigError(
            f"{url!r} is no source: only https:// and s3:// URLs are read",
            place="corpus.sources",
            remedy="name a path, https://HOST/FILE, s3://BUCKET/KEY or hf:NAME",
        )
    return parts


def is_listed(host: str, allowed_hosts: Sequence[str]) -> bool:
    """Whether a host is among names, or below one of the form "*.name"."""
    host = host.lower().rstrip(".")
    return any(
        host.endswith(allowed[1:].lower()) if allowed.startswith("*.") else host == allowed.lower()
        for allowed in allowed_hosts
    )


def refuse_unlisted(url: SplitResult, allowed_hosts: Sequence[str]) -> None:
    """Refuse a host that the settings do not list.

    Raises:
        ConfigError: it is not listed.
    """
    host = url.hostname or ""
    if not is_listed(host, allowed_hosts):
        raise ConfigError(
            f"the host {host} is not allowed",
            place=url.geturl(),
            remedy=f"if you trust it, pass --set 'corpus.allowed_hosts=[\"{host}\"]'",
        )
