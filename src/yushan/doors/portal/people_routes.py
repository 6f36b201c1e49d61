"""All pages about who somebody is: signing in, one's own account, everybody's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.doors.portal.account_pages import AccountPages
from yushan.doors.portal.entering import Entrance
from yushan.doors.portal.factor_pages import FactorPages
from yushan.doors.portal.invitation_pages import InvitationPages
from yushan.doors.portal.oidc_pages import ProviderPages, Providers
from yushan.doors.portal.passkey_pages import PasskeyPages
from yushan.doors.portal.people_pages import PeoplePages
from yushan.doors.portal.purpose_pages import PurposePages
from yushan.doors.portal.second_factor import SecondFactor
from yushan.doors.portal.signing_in import SigningIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from yushan.doors.portal.oidc_pages import House
    from yushan.doors.portal.shell import Shell
    from yushan.doors.portal.signing_in import DemoAccount
    from yushan.services.accounts import Accounts
    from yushan.services.ledger import Audit


def people_routes(
    shell: Shell,
    accounts: Accounts,
    demo: Sequence[DemoAccount],
    audit: Audit | None = None,
    houses: Sequence[House] = (),
) -> list[BaseRoute]:
    """The addresses of either portal; a gateway has no ledger to tell."""
    entrance = Entrance(shell, accounts, audit)
    providers = Providers(houses)
    signing_in = SigningIn(entrance, demo, providers)
    return [
        *signing_in.routes(),
        *SecondFactor(entrance, providers, frozenset(signing_in.demo)).routes(),
        *ProviderPages(entrance, providers).routes(),
        *PasskeyPages(entrance).routes(),
        *AccountPages(entrance, providers).routes(),
        *FactorPages(entrance).routes(),
        *InvitationPages(entrance).routes(),
        *PeoplePages(entrance).routes(),
        *PurposePages(entrance).routes(),
    ]
