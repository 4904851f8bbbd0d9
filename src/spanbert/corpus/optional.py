"""Packages that only the corpus stage needs, imported when they are used."""

import importlib
from types import ModuleType

from spanbert.errors import DependencyError


def optional_import(module: str, extra: str = "corpus") -> ModuleType:
    """A package, or a module of one, that an extra of this package brings.

    Raises:
        DependencyError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        remedy = f"pip install 'spanbert[{extra}]'"
        raise DependencyError(f"the package {package} is not installed", remedy=remedy) from error
