"""What a receipt opens over HTTP: status, own words, letters and proofs, for its holder alone."""

from uuid import uuid4

from cases.notes import VerifierKey
from cases.people import Role
from cases.receipt import write_receipt
from cases.verify import verify_filing, verify_proof
from storage.signing import verify
from tests.api.conftest import PREFIX, PROBLEM, Office, told
from tests.api.lives import CLOSING, Life

MAILBOX = f"{PREFIX}/mailbox"
MESSAGES = f"{MAILBOX}/messages"


def test_a_receipt_shows_status_own_words_files_letters_and_proofs(office: Office) -> None:
    filed = office.file()
    holder = office.holder(filed["receipt"])
    office.attach(filed["receipt"], Content_Disposition='attachment; filename="shot.png"')
    holder.must(201, holder.post(MESSAGES, {"text": "It is gone now."}))
    box = holder.must(200, holder.get(MAILBOX))
    assert box["status"]["slug"] == "received"
    assert box["status"]["next_by"] == filed["acknowledge_by"]
    assert box["statement"] == told()["statement"]
    assert [(one["name"], one["media_type"]) for one in box["evidence"]] == [("shot.png", "image/png")]
    assert [(one["from_reporter"], one["text"]) for one in box["messages"]] == [(True, "It is gone now.")]
    assert box["messages"] == holder.get(MESSAGES).json
    assert box["proofs"]["tlog_proof"] is None


def test_the_proofs_hold_against_the_installations_keys(office: Office) -> None:
    filed = office.file()
    office.sort()
    box = office.holder(filed["receipt"]).get(MAILBOX).json
    assert box is not None
    keys = [VerifierKey.parse(key.encode()) for key in office.house.signer.verifier_keys()]
    proven = verify_proof(box["proofs"]["tlog_proof"], keys, verify)
    verify_filing(filed["filing_proof"], proven.entry, keys, verify)
    assert proven.entry["facts"]["complaint_id"] == filed["complaint_id"]


def test_the_status_follows_the_case_and_the_desk_answers(office: Office) -> None:
    number, receipt = office.case()
    holder = office.holder(receipt)
    assert office.move(Role.INTAKE, number, "acknowledge", 1).status_code == 201
    box = holder.must(200, holder.get(MAILBOX))
    assert box["status"]["slug"] == "acknowledged"
    assert [one["from_reporter"] for one in box["messages"]] == [False]
    office.move(Role.INTAKE, number, "assess", 2)
    assert holder.must(200, holder.get(MAILBOX))["status"]["slug"] == "assessment"


def test_a_mailbox_tells_neither_number_nor_people_nor_route(office: Office) -> None:
    number, receipt = office.case()
    office.move(Role.INTAKE, number, "acknowledge", 1)
    shown = office.holder(receipt).get(MAILBOX).text
    assert not any(word in shown for word in (number, "IGO-", "S0012", "S0101", "supervisor", "queue"))


def test_a_receipt_opens_however_it_is_typed(office: Office) -> None:
    receipt = office.file()["receipt"]
    for typed in (receipt.lower(), receipt.replace("-", ""), receipt.replace("-", "  "), receipt.replace("0", "o")):
        assert office.holder(typed).get(MAILBOX).status_code == 200


def test_a_mistyped_a_junk_and_an_unknown_receipt_are_answered_alike(office: Office) -> None:
    receipt = office.file()["receipt"]
    swapped = ("1" if receipt[0] != "1" else "2") + receipt[1:]
    unknown = write_receipt(b"fifteen bytes!!")
    answers = {}
    with office.nothing_changes():
        for shown in (swapped, unknown, "ABCDE", "é" * 25, "A" * 500):
            for method, path in (
                ("GET", MAILBOX),
                ("GET", MESSAGES),
                ("POST", MESSAGES),
                ("POST", f"{MAILBOX}/evidence"),
            ):
                answer = office.holder(shown).call(method, path, json={"text": "a"} if method == "POST" else None)
                assert (answer.status_code, answer.content_type) == (401, PROBLEM)
                answers[shown, path] = answer.data, answer.headers["WWW-Authenticate"]
    assert len(set(answers.values())) == 1
    assert next(iter(answers.values()))[1] == "Receipt"


def test_no_receipt_leads_to_another_mailbox(office: Office) -> None:
    mine, theirs = office.file(told(summary="Mine")), office.file(told(summary="Theirs"))
    office.holder(theirs["receipt"]).post(MESSAGES, {"text": "theirs alone"})
    office.attach(theirs["receipt"])
    box = office.holder(mine["receipt"]).get(MAILBOX).json
    assert box is not None
    assert (box["statement"]["summary"], box["evidence"], box["messages"]) == ("Mine", [], [])


def test_a_reporters_own_looks_are_never_entries(office: Office) -> None:
    receipt = office.file()["receipt"]
    with office.nothing_changes():
        for _ in range(3):
            office.holder(receipt).get(MAILBOX)
            office.holder(receipt).get(MESSAGES)


def test_a_wrong_message_is_named_and_leaves_no_trace(office: Office) -> None:
    holder = office.holder(office.file()["receipt"])
    wrong = [{}, {"text": ""}, {"text": 5}, {"text": "a" * 20_001}, {"text": "\ud800"}, {"txt": "a", "text": "b"}, []]
    with office.nothing_changes():
        for body in wrong:
            answer = holder.post(MESSAGES, body)
            assert (answer.status_code, answer.content_type) == (422, PROBLEM), body
        answer = holder.call("POST", MESSAGES, data=b'{"text":"a","text":"b"}', content_type="application/json")
        assert answer.status_code == 422
        assert holder.call("POST", MESSAGES, data="text=a").status_code == 415
    holder.must(201, holder.post(MESSAGES, {"text": "a" * 20_000}))


def test_a_message_reaches_the_desk_as_written(office: Office) -> None:
    number, receipt = office.case()
    text = f"<script>alert(1)</script> {uuid4()}"
    office.holder(receipt).post(MESSAGES, {"text": text})
    letters = office.as_(Role.INTAKE).get(f"{PREFIX}/cases/{number}/messages").json
    assert letters is not None
    assert [one["text"] for one in letters] == [text]


def test_nothing_at_rest_opens_a_mailbox(office: Office) -> None:
    """The receipt, its letters without dashes, and its bytes: none of them is kept anywhere."""
    filed = office.file(Idempotency_Key=str(uuid4()))
    office.attach(filed["receipt"], Idempotency_Key=str(uuid4()))
    kept = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    receipt = filed["receipt"]
    assert not any(form.encode() in kept for form in (receipt, receipt.replace("-", ""), receipt.lower()))


def test_a_withdrawal_and_a_request_for_review_are_sent_once_and_stand_in_the_timeline(office: Office) -> None:
    life = Life(office)
    holder, key = office.holder(life.receipt), {"Idempotency_Key": str(uuid4())}
    first = holder.must(201, holder.post(f"{MAILBOX}/withdrawal", {"text": "I was told to."}, **key))
    with office.nothing_changes():
        assert holder.must(201, holder.post(f"{MAILBOX}/withdrawal", {"text": "I was told to."}, **key)) == first
        assert holder.post(f"{MAILBOX}/withdrawal", {"text": "Other words."}, **key).status_code == 422
        refused = holder.post(f"{MAILBOX}/review", {"text": "Again.", "ground": "review"})
        assert (refused.status_code, (refused.json or {})["type"]) == (409, "urn:rule12:problem:move-not-allowed")
    assert (first["purpose"], first["from_reporter"]) == ("withdrawal", True)
    life.move(Role.INTAKE, "close", closure_reason="insufficient_information", **CLOSING)
    key = {"Idempotency_Key": str(uuid4())}
    asked = {"text": "There is a second post.", "ground": "new_evidence"}
    again = holder.must(201, holder.post(f"{MAILBOX}/review", asked, **key))
    with office.nothing_changes():
        assert holder.must(201, holder.post(f"{MAILBOX}/review", asked, **key)) == again
        assert holder.post(f"{MAILBOX}/withdrawal", {}).status_code == 409
    office.sort()
    entries = [one["entry"] for one in life.read(Role.INTAKE, "/timeline?limit=200")["items"]]
    facts = {one["action"]: one["facts"] for one in entries if one["role"] == "reporter"}
    assert facts["withdrawn"] == {"message": first["message_id"]}
    assert facts["review_requested"] == {"message": again["message_id"], "ground": "new_evidence"}
    told_head = office.as_(Role.HEAD).read(f"{PREFIX}/notices")["items"]
    assert "The reporter asks for a review of a closed case" in {one["text"] for one in told_head}
    purposes = [one["purpose"] for one in holder.read(MESSAGES)]
    assert purposes == ["withdrawal", "closing", "review"]


def test_what_a_reporter_may_ask_for_is_checked_field_by_field(office: Office) -> None:
    holder = office.holder(office.file()["receipt"])
    with office.nothing_changes():
        for path, body, pointer in (
            ("withdrawal", {"text": "a" * 20_001}, "#/text"),
            ("withdrawal", {"reason": "none"}, "#/reason"),
            ("review", {"text": "", "ground": "review"}, "#/text"),
            ("review", {"text": "Again."}, "#/ground"),
            ("review", {"text": "Again.", "ground": "tribunal_order"}, "#/ground"),
        ):
            answer = holder.post(f"{MAILBOX}/{path}", body)
            assert (answer.status_code, answer.content_type) == (422, PROBLEM), body
            assert [one["pointer"] for one in (answer.json or {})["errors"]] == [pointer]
        assert office.door.post(f"{MAILBOX}/withdrawal", {}).status_code == 401
        assert office.door.post(f"{MAILBOX}/review", {}).status_code == 401
