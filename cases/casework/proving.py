"""What a reporter can prove with: that it was taken in, and that it is in the ledger."""

from datetime import datetime

from cases.casework.entries import checked_filing
from cases.complaint import Complaint, FilingProof
from cases.errors import UnknownItem
from cases.notes import InclusionProof
from cases.ports import Desk, Merged, StoredEntry


def filing_proof(desk: Desk, complaint: Complaint, at: datetime) -> str:
    """The filing proof, signed again: Ed25519 makes one signature of one text, so it is the one of filing to the byte.

    As long as the key is the same; a later key signs the same text. Raises LedgerBroken.
    """
    return desk.signer.filing_proof(FilingProof.read(checked_filing(desk, complaint, at)))


def proof_of_inclusion(desk: Desk, complaint: Complaint) -> str:
    """The proof that the filing entry is in the ledger, for `rule12 verify --proof`. Raises UnknownItem too early."""
    filed = desk.lookup.entry_of_filing(complaint.id)
    text = written_proof(filed, None if filed.index is None else desk.ledger.merged(filed.index))
    if text is None:
        raise UnknownItem("Your complaint is entered in the ledger within a day of filing. Come back then.")
    return text


def written_proof(filed: StoredEntry, merged: Merged | None) -> str | None:
    """The proof of inclusion with the entry's bytes as its extra, or None while the entry waits to be merged."""
    if merged is None:
        return None
    return InclusionProof(merged.index, merged.hashes, merged.checkpoint, filed.body).text()
