"""What the desk reads out of an address somebody pasted, said back to them."""

from collections.abc import Mapping


def recognised(row: Mapping[str, str]) -> str:
    """A sentence on what was understood; empty where there is nothing to say."""
    return ""
