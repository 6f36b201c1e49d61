"""The demo's report for people, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import codes

if TYPE_CHECKING:
    from yushan.assembly.demo.report import CommonsReport, GatewayReport, Report


def told(report: Report) -> str:
    """Address, accounts, and the sums of each side."""
    lines = [
        "",
        f"  Yushan portal   {report.portal}/tour",
        f"  DICOMweb        {report.dicomweb}",
        "",
        "  account            user               password",
        *(f"  {p.role:<18} {p.user:<18} {p.password}" for p in report.accounts),
        "",
    ]
    for gateway in report.gateways:
        lines += gateway_lines(gateway)
    lines += commons_lines(report.commons)
    lines += [f"  {report.seconds} s, at most {report.peak_rss_mib} MiB resident", ""]
    return "\n".join(lines) + "\n"


def gateway_lines(gateway: GatewayReport) -> list[str]:
    """One gateway: its address, its sum, why objects were not sent."""
    states = " + ".join(f"{n} {state}" for state, n in gateway.states.items() if n)
    door = f"{gateway.dimse.host}:{gateway.dimse.port} {gateway.dimse.ae_title}"
    sign = "=" if gateway.closes else "≠"
    return [
        f"  {gateway.name}  {gateway.url}  DIMSE {door}{' TLS' if gateway.dimse.tls else ''}",
        f"    received {gateway.received} {sign} {states or 0}",
        *(sentence(reason, count) for reason, count in sorted(gateway.reasons.items())),
        *(sentence(reason, count) for reason, count in sorted(gateway.left_out.items())),
        "",
    ]


def commons_lines(commons: CommonsReport) -> list[str]:
    """The commons: its sum and what can be found."""
    states = " + ".join(f"{n} {state}" for state, n in commons.states.items() if n)
    sign = "=" if commons.closes else "≠"
    held = f"{commons.subjects} subjects, {commons.studies} studies, {commons.series} series"
    return [
        "  commons",
        f"    received {commons.received} {sign} {states or 0}",
        f"    searchable: {held}, {commons.instances} instances in {commons.packs} packs",
        "",
    ]


def sentence(reason: str, count: int) -> str:
    """How many, and why in words."""
    texts = codes().get(reason)
    return f"      {count:>5}  {reason}" + (f"  {texts.zh}" if texts else "")
