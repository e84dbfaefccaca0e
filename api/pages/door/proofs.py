"""What a reporter can keep as files: the proof of filing and, once merged, the proof that it is in the ledger."""

from flask import Response

from api.context import desk, now
from api.pages.door.common import IN, blueprint
from api.pages.door.mailbox import ask_again_for_receipt
from api.pages.door.visiting import in_mailbox, opened
from cases.casework import proving


@blueprint.post(f"{IN}/proof")
@in_mailbox(ask_again_for_receipt, stays=False)
def filing_proof(_typed: dict[str, str]) -> Response:
    """The signed proof of filing, as it was handed out then."""
    text = proving.filing_proof(desk(), opened().complaint, now())
    return _file(text, "rule12-filing-proof.txt")


@blueprint.post(f"{IN}/inclusion")
@in_mailbox(ask_again_for_receipt, stays=False)
def proof_of_inclusion(_typed: dict[str, str]) -> Response:
    """The proof of inclusion with the bytes of the entry, for `rule12 verify --proof`."""
    return _file(proving.proof_of_inclusion(desk(), opened().complaint), "rule12-ledger-entry.tlog-proof")


def _file(text: str, name: str) -> Response:
    answer = Response(text, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
