"""Verifier: looks at every object once more before it is released, and trusts nobody.

Owns its own strict reader of Part-10 bytes and its own copies of the Standard's tables in
``data/``; it shares no code with the rooms that read and rewrite objects, so that one mistake
cannot be made twice. Promises: no finding means every promise of the first stage holds, at every
depth; what cannot be read is a finding, never an exception. Start at ``verification.py``.
"""

from yushan.domain.verifier.report import Finding
from yushan.domain.verifier.tables import option_checks
from yushan.domain.verifier.terms import Terms
from yushan.domain.verifier.verification import verify

__all__ = ["Finding", "Terms", "option_checks", "verify"]
