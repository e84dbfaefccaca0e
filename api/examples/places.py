"""The one case all examples are about: what stands in addresses, and who is who."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NUMBER = "IGO-2026-48213"
FILED_AT = "2026-03-02T12:00:00Z"
COMPLAINT_ID = "237b24d8-51a0-4c35-9ea9-ce7613a37062"
EVIDENCE_ID = "0e61d4af-71a0-4c1e-a22b-4637cd2ff987"
MESSAGE_ID = "973a0913-b2f9-4998-9228-b69c122d439f"
EXPORT_ID = "880cb1c9-6254-45be-a6a2-5ff63f5e4a2e"
SHA256 = "b4893457331fa42c1cf1f1cb4bd7c647942f3c3b2162875cf558bee1d0cb646b"

PERSON_ID = "5f1d6f3e-2f0b-4a53-9d53-0a6c3a1f8a11"
ALLEGATION_ID = "b3c9f2a4-7c61-4d0e-8f3c-6a52f9b0d7e2"
TASK_ID = "6d0c1a58-0f0e-4f5b-9a8a-5c8e5f7f3a21"
NOTE_ID = "2f7a9a34-4f21-4a0e-8b61-0f4b5b0f6c10"
ACT_ID = "d1a3a0a0-6a63-4a0c-9d35-8e2f6a0c4f7b"
REQUEST_ID = "1c0f2b9e-5f4e-4f1b-a1de-3f6f3f0a9c55"
NOTICE_ID = "6a2d1c3b-8a34-4a0e-9b6d-2f0f5d6f7b18"
WEBHOOK_ID = 482113

PLACES: Mapping[str, Any] = MappingProxyType(
    {
        "number": NUMBER,
        "evidence_id": EVIDENCE_ID,
        "export_id": EXPORT_ID,
        "person_id": PERSON_ID,
        "request_id": REQUEST_ID,
        "job_id": 7,
        "webhook_id": WEBHOOK_ID,
        "notice_id": NOTICE_ID,
        "task_id": TASK_ID,
        "name": "due-this-week",
        "person": "S0014",
    },
)
"""Examples of what stands in an address."""
