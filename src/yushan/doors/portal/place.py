"""Where a portal stands: its name, its settings, and what its cookies are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.base import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Settings of one portal.

    Parameters
    ----------
    kind
        The role whose pages these are.
    name
        Shown under the brand: language to text.
    cookie
        Stem of the cookies' names. Browsers share cookies between the ports of one host, so two
        portals on one machine need two stems.
    secure
        Reached by HTTPS: cookies get ``__Host-`` and ``Secure``.
    demo
        Show the demo's banner, the tour and one-click sign-in.
    sites
        Hospital's short name to its name in each language.
    viewer, dicomweb
        Address of the viewer (with ``{study}``) and root of DICOMweb.
    """

    kind: Literal["commons", "gateway"]
    name: Mapping[Language, str]
    cookie: str = "yushan_session"
    secure: bool = False
    demo: bool = False
    sites: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    viewer: str = "/studies/{study}/view"
    dicomweb: str = "/dicom-web"

    @property
    def session_cookie(self) -> str:
        """Name of the cookie that holds the session's secret."""
        return f"__Host-{self.cookie}" if self.secure else self.cookie

    @property
    def guest_cookie(self) -> str:
        """Name of the cookie that ties forms to a browser before anyone has signed in."""
        return f"{self.session_cookie}-guest"

    def site_name(self, site: str, language: Language) -> str:
        """A hospital as people read it; its short name where no other is known."""
        return self.sites.get(site, {}).get(language, site)
