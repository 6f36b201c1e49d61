"""The description against the running service: generated requests, fixed seeds, few examples.

No answer is a fault of ours, every answer is as described, and what is not as described is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from yushan.doors.api import description

if TYPE_CHECKING:
    from schemathesis import Case
    from tests.doors.api.conftest import Programs

SCHEMA = schemathesis.openapi.from_dict(msgspec.json.decode(description()))
HELD = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
FEW = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)


@SCHEMA.parametrize()
@FEW
def test_every_answer_is_as_described(case: Case, programs: Programs) -> None:
    headers = {"Authorization": f"Bearer {programs.stands.tokens['steward']}"}
    case.call_and_validate(base_url=programs.stands.url, headers=headers, checks=HELD)
