"""OIDC: signing in by another house's identity provider (OpenID Connect Core 1.0).

The only room that imports ``authlib`` and ``joserfc``. Promises: authorisation code with PKCE,
state and nonce; the provider's answers are believed only under its own keys, for us, now; only the
issuer of the settings is asked, no redirect is followed. Start at ``provider.py``.
"""

from yushan.engines.oidc.provider import Begun, Config, Left, Proven, Provider

__all__ = ["Begun", "Config", "Left", "Proven", "Provider"]
