"""Quarantine: what waits for a person, why, its picture with boxes, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import RedirectResponse, Response

from yushan.base import Absent
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.desk_state import (
    KINDS,
    VIEWS,
    boxes_of,
    place_of,
    state_from,
    written,
)
from yushan.doors.portal.gateway_lists import row_of
from yushan.doors.portal.gateway_parts import HANDLED, number_of, state_of, waiting
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.told import tell
from yushan.doors.portal.words import Words, mark, seconds
from yushan.services.gateway import State

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import Language, YushanError
    from yushan.doors.portal.desk_state import Box, DeskState
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.gateway_looks import Looks
    from yushan.doors.portal.ports import QuarantineDesk
    from yushan.doors.portal.shell import Shell
    from yushan.flows.desk import Sheet
    from yushan.services.gateway import Entry, Handling, Journal

#: How many of the queue are shown, from the open one on.
QUEUE: Final = 6
#: What is written as the reason of a retry; the person's words belong to releases.
RETRY: Final = "asked for on the quarantine page"
#: Cookie that switches single-key shortcuts off.
KEYS_COOKIE: Final = "yushan_keys"
#: Code of a refusal -> the field it belongs to.
FIELD_OF: Final = {
    "gateway.reason-missing": "why",
    "gateway.second-person-missing": "second",
    "accounts.wrong": "second",
    "portal.second-not-allowed": "second",
    "gateway.no-boxes": "added",
    "gateway.box-outside": "added",
    "portal.choice-missing": "choice",
}
VIEW_WORDS: Final = {
    "open": mark("Unread left visible"),
    "filled": mark("All boxes filled"),
    "original": mark("As it came"),
}
#: Steps between frames that the page offers.
STEPS: Final = (-10, -1, 1, 10)


class Quarantine:
    """`/quarantine` and `/quarantine/NUMBER`; trying again."""

    def __init__(
        self, shell: Shell, journal: Journal, desk: QuarantineDesk, handling: Handling,
        looks: Looks,
    ) -> None:  # fmt: skip
        self.shell, self.journal, self.desk, self.handling = shell, journal, desk, handling
        self.looks = looks

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, post, needs = self.shell.get, self.shell.post, "handle_quarantine"
        return [
            get("/quarantine", self.show, needs=needs),
            get("/quarantine/{number:int}", self.item, needs=needs),
            post("/quarantine/{number:int}/retry", self.retry, needs=needs),
            post("/accounting/{state}/retry", self.retry_all, needs=needs),
            post("/quarantine/keys", self.set_keys, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """The desk with the first that waits, or the first after a number."""
        after = number_of(request, "after")
        found = self.desk.queue.page(after=after, limit=1) or self.desk.queue.page(limit=1)
        return self.page(request, found[0] if found else None)

    def item(self, request: Request) -> Response:
        """One object beside the queue."""
        return self.page(request, self.find(request.path_params["number"]))

    def page(
        self, request: Request, item: Entry | None, error: YushanError | None = None,
        form: Form | None = None,
    ) -> Response:  # fmt: skip
        """The desk; after a refusal with what was typed."""
        language, states = language_of(request), self.journal.accounting().states
        entries = self.desk.queue.page(after=item.id - 1 if item else 0, limit=QUEUE)
        if item is not None:
            self.looks.at_object(request, item.id)
        told = tell(error.code, language) if error else None
        errors = {FIELD_OF.get(told.code, "why"): f"{told.detail}{told.remedy}"} if told else {}
        return self.shell.page(
            request, "quarantine.html", status=422 if error else 200, here="quarantine",
            waiting=waiting(states), count=self.desk.queue.count(),
            in_all=states[State.QUARANTINED],
            entries=[row_of(entry, language) for entry in entries],
            item=row_of(item, language) if item else None, errors=errors,
            typed=form.get if form else (lambda _name: ""),
            keys=request.cookies.get(KEYS_COOKIE) != "off",
            decided=self.decided(), suggestions=len(self.desk.rules.suggestions()),
            **(self.about(request, item, form) if item else {"pic": None}),
        )  # fmt: skip

    def about(self, request: Request, item: Entry, form: Form | None) -> dict[str, Any]:
        """What is shown of one object: where it is in the queue, its picture, its decision."""
        decision = self.desk.decisions.current(item.id)
        later = self.desk.queue.page(after=item.id, limit=1)
        return {
            "acts": self.acts(item),
            "decision": decision,
            "before": self.desk.queue.before(item.id),
            "later": later[0].id if later else None,
            "place_in_queue": self.desk.queue.count(before=item.id) + 1,
            "alike": len(self.desk.decisions.alike(item.id)),
            "pic": self.picture(request, item, form) if item.state == State.QUARANTINED else None,
        }

    def picture(self, request: Request, item: Entry, form: Form | None) -> dict[str, Any] | None:
        """The picture with its boxes; ``None``: there is none that can be shown."""
        sheet = self.desk.pictures.sheet(item.id)
        if sheet is None:
            return None
        query = dict(request.query_params)
        if form is not None:
            query |= {name: form.get(name) for name in ("frame", "view", "boxes")}
        state = state_from({name: value for name, value in query.items() if value})
        boxes = boxes_of(self.desk.decisions.findings(item.id), state.boxes)
        path = f"/quarantine/{item.id}"
        return {
            "sheet": sheet,
            "state": state,
            "src": with_changes(f"{path}/picture.png", {}, state.query()),
            "views": views(path, state, language_of(request)),
            "boxes": [shown_box(one, sheet, language_of(request)) for one in boxes],
            "added": written(one.region for one in boxes if one.kind == "added").replace(";", "\n"),
            "steps": steps(path, state, sheet),
            "query": state.query(),
        }

    def decided(self) -> list[tuple[int, str, str, object]]:
        """Decisions that can be taken back: object, choice, person, until when."""
        return [
            (one.object, str(one.choice), one.who, seconds(one.due))
            for one in self.desk.decisions.waiting(8)
        ]

    def acts(self, item: Entry) -> list[tuple[str, str, str, object]]:
        """What people did to the object: act, first person, second person, when."""
        return [
            (act.act, act.who, act.second or "", seconds(act.at))
            for act in self.handling.acts(item.id)
        ]

    def find(self, number: int) -> Entry:
        """The object, if it is in a state that a person handles or has been released."""
        for state in (State.QUARANTINED, *HANDLED, State.RELEASED_BY_HAND):
            for entry in self.journal.page(state, after=number - 1, limit=1):
                if entry.id == number:
                    return entry
        raise Absent("portal.not-waiting")

    def retry(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """Send the object back to the start."""
        number, account = request.path_params["number"], account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        self.handling.retry([number], who=account.user, reason=RETRY)
        return RedirectResponse("/quarantine", 303, HEADERS)

    def retry_all(self, request: Request, form: Form) -> Response:
        """Send all objects of a state, with one reason if it is given, back to the start."""
        state, account = state_of(request), account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        code = form.get("reason") or None
        self.handling.retry_all(state, code, who=account.user, reason=RETRY)
        return RedirectResponse(f"/accounting/{state}", 303, HEADERS)

    def set_keys(self, request: Request, form: Form) -> Response:  # noqa: ARG002
        """Switch single-key shortcuts on or off for this browser."""
        answer = RedirectResponse("/quarantine", 303, HEADERS)
        self.shell.keep(answer, KEYS_COOKIE, "off" if form.get("keys") == "off" else "")
        return answer


def views(path: str, state: DeskState, language: Language) -> list[tuple[str, str, bool]]:
    """Links to the ways of showing the picture."""
    words = Words(language)
    return [
        (
            with_changes(path, state.query(), {"view": None if view == "open" else view}),
            words.translate(VIEW_WORDS[view]), view == state.view,
        )
        for view in VIEWS
    ]  # fmt: skip


def steps(path: str, state: DeskState, sheet: Sheet) -> list[tuple[int, str]]:
    """Links to other frames, by how many they go on."""
    return [
        (by, with_changes(path, state.query(), {"frame": state.frame + by + 1}))
        for by in STEPS
        if 0 <= state.frame + by < sheet.frames
    ]


def shown_box(one: Box, sheet: Sheet, language: Language) -> dict[str, Any]:
    """A box with its words."""
    words = Words(language)
    how, what = KINDS.get(one.kind, (one.kind, ""))
    score = "" if one.score is None else words.say(mark("sure to {n}%"), n=round(100 * one.score))
    return {
        "number": one.number, "value": one.value, "on": one.on, "open": one.is_open,
        "region": one.region, "place": words.translate(place_of(one.region, sheet)),
        "how": words.translate(how), "what": words.translate(what) if what else "",
        "score": score,
    }  # fmt: skip
