"""Sample studies of two hospitals that share a patient; everything in them is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.domain.phantoms.hospital_a import hospital_a
from yushan.domain.phantoms.hospital_b import hospital_b
from yushan.domain.population import A, B

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.phantoms.sample import SampleFile


def sample_studies(site: str) -> Iterator[SampleFile]:
    """All files of one hospital, the same bytes at every call.

    Parameters
    ----------
    site
        ``hospital-a`` or ``hospital-b``.

    Raises
    ------
    ValueError
        No such hospital in the samples.
    """
    plans = {A: hospital_a, B: hospital_b}
    if site not in plans:
        raise ValueError(f"no samples for {site}: use {', '.join(plans)}")
    yield from plans[site]()
