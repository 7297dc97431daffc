"""Published weights: the module that downloads them, and the certificates that it trusts."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

# The first one is Debian's, where the wheel's curl looks by itself; then Fedora's, openSUSE's, Arch's and Alpine's.
_CERTIFICATES = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
]


def trust_system() -> None:
    """Lets curl find the system's certificates on every distribution, unless a variable names others."""
    if os.environ.get("CURL_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE"):
        return
    found = [path for path in _CERTIFICATES if Path(path).exists()]
    if found and found[0] != _CERTIFICATES[0]:
        os.environ["CURL_CA_BUNDLE"] = found[0]


def hub() -> ModuleType:
    """Returns the module, which is loaded when it is first needed."""
    trust_system()
    from . import _hub

    return _hub
