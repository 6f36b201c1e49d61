"""What is true of a case by construction, as one JSON document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.results.codes import Code
    from yushan.domain.results.values import Finding

#: Version of the document's form.
FORM: Final = 1


def truth_json(facts: Mapping[str, Any], findings: Sequence[Finding] = ()) -> bytes:
    """Facts and findings as UTF-8 JSON with sorted keys; the same values give the same bytes.

    Parameters
    ----------
    facts
        Plain values: generator, version, seed, parameters …; floats are written with six digits.
    findings
        Lesions and what they measure.
    """
    document = {
        "form": FORM,
        **facts,
        "findings": [told(one) for one in findings],
    }
    text = json.dumps(plain(document), ensure_ascii=False, sort_keys=True, indent=1)
    return text.encode() + b"\n"


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value of numbers, texts, lists and mappings only; dates as ISO 8601 writes them."""
    if isinstance(value, bool | int | str | None):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if hasattr(value, "items"):
        return {str(key): plain(one) for key, one in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return [plain(one) for one in value]


def told(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    return {
        "tracking_id": finding.tracking_id,
        "tracking_uid": finding.tracking_uid,
        "type": coded(finding.type),
        "site": coded(finding.site) if finding.site else None,
        "laterality": coded(finding.laterality) if finding.laterality else None,
        "segment": finding.segment,
        "measurements": [
            {
                "concept": coded(one.concept), "value": one.value, "unit": one.unit,
                "convention": one.convention,
            }
            for one in finding.measurements
        ],
        "evaluations": [
            {"concept": coded(one.concept), "value": coded(one.value)}
            for one in finding.evaluations
        ],
        "regions": [
            {"slice": one.slice, "shape": str(one.shape), "points": one.points}
            for one in finding.regions
        ],
        "note": finding.note,
    }  # fmt: skip


def coded(code: Code) -> dict[str, str]:
    """A code as JSON."""
    return {"value": code.value, "scheme": code.scheme, "meaning": code.meaning}
