"""Checks of our own beside schemathesis': what api.md promises of every answer and the document cannot say."""

import schemathesis
from schemathesis.generation import GenerationMode

PROBLEM = "application/problem+json"


def content_type(response):
    return (response.headers.get("content-type") or [""])[0].split(";")[0]


@schemathesis.check
def answers_name_their_trace(ctx, response, case):
    """Every answer, whatever became of the request, carries its trace id; a problem repeats it."""
    trace = response.headers.get("x-trace-id")
    assert trace and len(trace[0]) == 32, "the answer has no X-Trace-Id"
    if content_type(response) == PROBLEM:
        problem = response.json()
        assert problem["trace_id"] == trace[0], "trace_id is not the header's"
        assert problem["status"] == response.status_code, "status is not the answer's"
        assert problem["type"].startswith("/docs/errors/") and problem["title"] and problem["detail"], "the problem says too little"


@schemathesis.check
def not_now_says_when(ctx, response, case):
    """429 and 503 tell when to ask again. /readyz is read by machines with a pace of their own."""
    if response.status_code in (429, 503) and case.path != "/readyz":
        assert response.headers.get("retry-after"), "the answer has no Retry-After"


@schemathesis.check
def refusals_are_problems(ctx, response, case):
    """Outside the contract's endpoints every refusal is a problem, never text of a library."""
    contract = case.path.startswith(("/order/", "/pay/"))
    if response.status_code >= 400 and not contract and case.path != "/readyz":
        assert content_type(response) == PROBLEM, f"a refusal as {content_type(response)!r}"


@schemathesis.check
def envelopes_refuse_what_is_invalid(ctx, response, case):
    """The contract's endpoints answer 200 with code 1 where others answer 422: in place of negative_data_rejection."""
    negative = case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE
    body = negative and any(part.mode == GenerationMode.NEGATIVE and str(place).endswith(("BODY", "body")) for place, part in case.meta.components.items())
    if body and case.method == "POST" and case.path.startswith(("/order/", "/pay/")):
        assert response.status_code >= 400 or response.json()["code"] == 1, "an invalid body was taken"
