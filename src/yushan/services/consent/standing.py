"""The list as a gateway or the commons holds it: fetched, checked, and never too old.

Whatever cannot be known is ``Unavailable``: the caller holds everything and asks again.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

from yushan.base import Unavailable, YushanError
from yushan.engines.keys import Element, fingerprint, read_element
from yushan.engines.observe import facts, log_for
from yushan.services.consent.choices import Decision, Use, What, decide, stops_all
from yushan.services.consent.optouts import SignedList, read_entries, read_stamp
from yushan.services.consent.tokens import Epochs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from yushan.base import Clock
    from yushan.services.consent.choices import Choice
    from yushan.services.consent.ports import Office

log = log_for(__name__)

Verdict = Literal["allowed", "opted-out"]

#: A list from further in the future than this is not believed.
SKEW: Final = timedelta(minutes=5)
RETRY_S: Final = 5.0


class ConsentList:
    """Opt-outs by token; safe to share between threads.

    Parameters
    ----------
    office
        Where the list comes from.
    max_age_s
        Older than this it is stale and everything is held.
    office_public
        64 bytes of ``ConsentOffice.public``.
    refresh_s
        Younger than this it is not asked for again.
    rotations
        Factors between the token keys, oldest first, for whom they were told (the commons), so
        that tokens of older keys are understood; ``office_public`` is then of the first key.
    """

    def __init__(
        self,
        office: Office,
        clock: Clock,
        max_age_s: float,
        office_public: bytes,
        *,
        refresh_s: float = 60.0,
        rotations: Sequence[bytes] = (),
    ) -> None:
        self._office = office
        self._clock = clock
        self._max_age = timedelta(seconds=max_age_s)
        self._refresh = timedelta(seconds=min(refresh_s, max_age_s))
        self._signing_public = office_public[32:]
        self._epochs = Epochs(office_public[:32], rotations)
        self._key: Element = self._epochs.public
        self._lock = Lock()
        self._issued_at: datetime | None = None
        self._digest: bytes | None = None
        self._choices: dict[bytes, tuple[Choice, ...]] = {}
        self._failed = "consent.office-unreachable"
        self._tried = float("-inf")

    def decide(self, token: bytes | None, what: What) -> Decision:
        """Whether one use of one image is allowed now; a person without token cannot have left.

        Raises
        ------
        Unavailable
            ``consent.list-stale``, ``consent.office-unreachable``, ``consent.list-forged``,
            ``consent.list-unreadable``, ``consent.key-unknown`` (a token of another key).
        """
        return decide(self._of(token), what, self._clock.now())

    def check(
        self,
        token: bytes | None,
        modality: str | None,
        *,
        site: str | None = None,
        examined_on: date | None = None,
    ) -> Verdict:
        """Whether an image may be collected: opted-out when no kind of use is left for it.

        Raises like `decide`.
        """
        what = What(use=Use.ACADEMIC, site=site, modality=modality, examined_on=examined_on)
        stopped = stops_all(self._of(token), what, self._clock.now())
        return "opted-out" if stopped else "allowed"

    def tokens(self) -> frozenset[bytes]:
        """Everybody on the list, in every form in which a token may have been kept.

        For finding what is already here; raises like `decide`.
        """
        with self._lock:
            self._be_fresh()
            key = fingerprint(self._key)
            forms = (self._epochs.forms(Element(one), key) for one in self._choices)
            return frozenset(form for some in forms for form in some)

    def key(self) -> Element:
        """The public element of today's token key, by the signed list; raises like `decide`."""
        with self._lock:
            self._be_fresh()
            return self._key

    def issued_at(self) -> datetime:
        """When the office issued the list that is in use; raises like `decide`."""
        with self._lock:
            return self._be_fresh()

    def _of(self, token: bytes | None) -> tuple[Choice, ...]:
        """The person's choices in a list that is fresh."""
        with self._lock:
            self._be_fresh()
            if token is None:
                return ()
            return self._choices.get(self._epochs.brought(token, fingerprint(self._key)), ())

    def _be_fresh(self) -> datetime:
        """Fetch if it is time; when the list that is then in use was issued."""
        now = self._clock.now()
        if self._issued_at is None or now - self._issued_at > self._refresh:
            self._fetch(now)
        if self._issued_at is None:
            raise Unavailable(self._failed)
        if now - self._issued_at > self._max_age:
            raise Unavailable("consent.list-stale")
        return self._issued_at

    def _fetch(self, now: datetime) -> None:
        """Get a newer list, or remember why there is none; not more often than `RETRY_S`."""
        if self._clock.monotonic() - self._tried < RETRY_S:
            return
        self._tried = self._clock.monotonic()
        try:
            self._take(self._office.optouts(self._digest), now)
        except YushanError as error:
            log.warning("consent.list-missing", extra=facts(code=error.code))
            ours = error.code.startswith("consent.list-")
            self._failed = error.code if ours else "consent.office-unreachable"

    def _take(self, signed: SignedList, now: datetime) -> None:
        """Use a list unless it is older than the one in use."""
        stamp = read_stamp(signed, self._signing_public)
        if stamp.issued_at > now + SKEW:
            raise Unavailable("consent.list-unreadable")
        if self._issued_at is not None and stamp.issued_at < self._issued_at:
            return
        if stamp.digest != self._digest:
            entries = read_entries(signed, stamp)
            self._choices = {entry.token: entry.choices for entry in entries}
            self._digest = stamp.digest
        self._key = read_element(stamp.key)
        self._issued_at = stamp.issued_at
