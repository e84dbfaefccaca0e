"""A process that takes in a file and stops at a chosen point, to be killed there. Run by test_objects.py.

Arguments: the data directory, a receipt, the point. Prints the object's id once it stands there, then waits.
"""

import sys
import time

from cases.canonical import canonical
from cases.casework.entries import entry
from cases.casework.mailbox import find_mailbox
from cases.ledger import REPORTER, About, EntryKind
from cases.place import Kind, Owner
from cases.ports import EvidenceItem
from storage import open_house
from storage.settings import read_settings
from tests.conftest import NOON

data_dir, receipt, wanted = sys.argv[1:]
house = open_house(read_settings({"RULE12_DATA_DIR": data_dir}))
complaint = find_mailbox(house.desk, receipt)
owner = Owner(complaint.id, complaint.mailbox_key)


def stand(point, shown):
    """Wait here for the end, if this is the point."""
    if point == wanted:
        print(shown, flush=True)
        time.sleep(60)


with house.desk.vault.receive(Kind.EVIDENCE, owner) as incoming:
    incoming.write(b"x" * 70_000)
    stand("writing", incoming._making.place.object)
    content = incoming.finish()
    stand("linked", content.id)
    facts = house.desk.vault.seal(Kind.FILE_FACTS, owner, canonical({"name": "shot.png"}))
    about = About.complaint(complaint.id)
    noted = entry(EntryKind.INTAKE, about, NOON, REPORTER, "evidence_added", sealed=(content, facts))
    with house.desk.work() as work:
        work.add_evidence(EvidenceItem(content, facts, NOON), noted)
        stand("storing", content.id)
    stand("committed", content.id)
stand("settled", content.id)
