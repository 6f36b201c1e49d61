"""What tests about people do in a portal: forms, sessions, second factors."""

from __future__ import annotations

from dataclasses import replace

import pyotp
from tests.doors.portal.making import PASSWORD, csrf_of, make_commons

from yushan.services.accounts import Policy

HTML = {"accept": "text/html"}
OTHER = "a quiet lake in spring"


def make(tmp_path, second_factor="nobody", **about):
    """A commons that is no demo, under a policy."""
    site = make_commons(tmp_path, demo=False, **{"sidecars": (), "entries": 0} | about)
    policy = Policy(second_factor=second_factor)
    site.accounts.policy = site.accounts.sessions.policy = policy
    site.client.headers.update(HTML)
    return site


def post(site, path, page=None, /, **fields):
    """Fill in the form of a page and send it."""
    shown = site.client.get(page or path)
    return site.client.post(path, data={"csrf": csrf_of(shown), **fields})


def enter(site, user, password=PASSWORD):
    """Sign in by name and password."""
    return post(site, "/sign-in", user=user, password=password)


def leave(site):
    """Sign out."""
    return post(site, "/sign-out", "/help")


def secret_of(site):
    """The session's secret that the browser holds."""
    return site.client.cookies.get(site.shell.place.session_cookie) or ""


def here(site):
    """Whose session the browser holds."""
    return site.accounts.by_session(secret_of(site))


def generator(site, user):
    """Put a code generator in force for an account; a function that gives its next code."""
    account = site.accounts.by_user(user)
    setup = site.accounts.factors.begin_totp(account, "Yushan")
    totp = pyotp.TOTP(setup.secret)
    site.accounts.factors.finish_totp(account, totp.at(site.clock.now()))

    def next_code():
        site.clock.advance(30)
        return totp.at(site.clock.now())

    return next_code


def over_tls(site):
    """The same portal reached by HTTPS."""
    site.shell.place = replace(site.shell.place, secure=True)
    return site
