"""The parts people play. What each may see and do is decided elsewhere; everything not granted is no."""

from enum import StrEnum


class Role(StrEnum):
    """The slugs of the parts a person can hold, as the directory file spells them."""

    SUPERVISOR = "supervisor"
    INTAKE = "intake"
    HEAD = "head"
    INVESTIGATOR = "investigator"
    GATEKEEPER = "gatekeeper"
    OUTSIDE = "outside"
    CUSTODIAN = "custodian"
    DECIDER = "decider"
    ETHICS = "ethics"
    AUDITOR = "auditor"
    MONITOR = "monitor"
    ADMINISTRATOR = "administrator"
