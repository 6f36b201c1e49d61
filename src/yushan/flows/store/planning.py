"""What may be done with an object, by whose it says it is. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.base import Pseudonym
from yushan.domain.deid import replace_uid, site_pseudonym
from yushan.flows.store.values import How

if TYPE_CHECKING:
    from yushan.domain.deid import SiteKeys
    from yushan.flows.store.values import Asking, Sent

SUBJECT: Final = re.compile("[A-Z2-7]{16}")


def plan(sent: Sent, asking: Asking, subject: str | None, keys: SiteKeys) -> How | tuple[str, ...]:
    """How to take an object, or the reasons why it is not taken.

    ``subject`` is the person of its study, if the study is here and the asker may see it.
    """
    if sent.reasons:
        return sent.reasons
    if asking.study and asking.study not in names_of(sent.study_instance_uid, keys):
        return ("store.other-study",)
    if subject is None:
        return of_new_study(sent, asking, keys)
    if sent.patient_id not in (subject, "") and subject != site_pseudonym(keys, sent.patient_id):
        return ("store.other-person",)
    return How(Pseudonym(subject), clean=True, known=True)


def of_new_study(sent: Sent, asking: Asking, keys: SiteKeys) -> How | tuple[str, ...]:
    """An object of a study that is not here: only who sees everything may bring one."""
    if not asking.scope.everything:
        return ("store.study-unknown",)
    if SUBJECT.fullmatch(sent.patient_id):
        subject = Pseudonym(sent.patient_id)
    else:
        subject = site_pseudonym(keys, sent.patient_id)
    return How(subject, clean=sent.identity_removed)


def names_of(study: str, keys: SiteKeys) -> tuple[str, str]:
    """A study under its own name and under the one it is given here."""
    return study, replace_uid(keys.uid, study)
