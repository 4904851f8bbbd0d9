"""The token that a KFP server asks for: where it is found, and where it may be sent.

It is never an argument: command lines are seen by everyone on a machine.
"""

import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit

from spanbert.errors import ConfigError

FILE_VARIABLE, VARIABLE = "KF_PIPELINES_SA_TOKEN_PATH", "KFP_TOKEN"
STANDARD_FILE = Path("/var/run/secrets/kubeflow/pipelines/token")  # where pods have it projected
_INSIDE = (".svc", ".cluster.local")  # names that are known inside a cluster alone


def read_token() -> str:
    """The token as it is now, since a projected one is renewed; "" where there is none.

    The file that KF_PIPELINES_SA_TOKEN_PATH names, or else the variable KFP_TOKEN, or else the file
    that pods have.

    Raises:
        ConfigError: the named file cannot be read.
    """
    named = os.environ.get(FILE_VARIABLE)
    if not named and (token := os.environ.get(VARIABLE)):
        return _one_word(token, VARIABLE)
    path = Path(named) if named else STANDARD_FILE
    if not named and not path.exists():
        return ""
    try:
        return _one_word(path.read_text(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the token cannot be read ({type(error).__name__})",
            place=str(path),
            remedy=f"correct {FILE_VARIABLE}, or put the token into {VARIABLE}",
        ) from error


def _one_word(token: str, place: str) -> str:
    """A token that a header can carry; never shown."""
    word = token.strip()
    if not (word.isascii() and word.isprintable() and " " not in word):
        raise ConfigError("this is no token", place=place, remedy="put the token alone there")
    return word


def require_private(host: str) -> None:
    """Refuse to send a token where others can read it on its way.

    Raises:
        ConfigError: plain http to a host that is neither this machine nor inside a cluster.
    """
    url = urlsplit(host)
    name = url.hostname or ""
    if url.scheme == "http" and not (_is_loopback(name) or name.endswith(_INSIDE)):
        raise ConfigError(
            "a token would go over plain http, for anyone on the way to read",
            place=host,
            remedy="use https://, or kubectl port-forward and http://127.0.0.1:PORT",
        )


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
