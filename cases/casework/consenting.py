"""The reporter changes how far they let it be known: further at once, less from now on."""

from datetime import datetime

from cases.canonical import canonical
from cases.casework.entries import checked_owner, entry
from cases.casework.screening import Wish
from cases.complaint import Complaint, Consent, Reporter
from cases.errors import Malformed
from cases.ledger import REPORTER, About, EntryKind
from cases.place import Kind, SealedPart
from cases.ports import Desk, Then

CONSENT, CONSENT_CHANGED = "consent", "consent_changed"


def change_consent(
    desk: Desk, complaint: Complaint, reporter: Reporter, at: datetime, then: Then | None = None, *, share: bool | None
) -> Consent:
    """Keep what the reporter wishes now. The door opens nothing of before: what they do not say again stays sealed.

    A name, address or number given with it stands in for the earlier ones. Raises Malformed.
    """
    if faults := reporter.faults("#"):
        raise Malformed(faults)
    owner = checked_owner(desk, complaint, at)
    wish = Wish(reporter.consent, share)
    sealed: tuple[SealedPart, ...] = (desk.vault.seal(Kind.CONSENT, owner, canonical(wish.told())),)
    if any(reporter.identity().values()):
        facts = reporter.routing_facts().told()
        sealed += (
            desk.vault.seal(Kind.IDENTITY, owner, canonical(reporter.identity())),
            desk.vault.seal(Kind.ROUTING_FACTS, owner, canonical(facts)),
        )
    noted = entry(EntryKind.INTAKE, About.complaint(complaint.id), at, REPORTER, CONSENT_CHANGED, sealed=sealed)
    with desk.work() as work:
        work.note(noted)
        work.ask_for(CONSENT, str(complaint.id), at)
        if then:
            then(work, reporter.consent)
    return reporter.consent
