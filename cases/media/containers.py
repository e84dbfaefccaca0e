"""Telling films and sounds by their first bytes. Nothing here raises, whatever the bytes are."""

from collections.abc import Iterator

HEAD = 4096

# Major brands of plain MP4 files. 3GP, HEIC and AVIF share the box but are other formats.
_MP4_BRANDS = frozenset(
    [*b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 avc1 dash mmp4 MSNV".split(), b"M4V "]
)
_M4A_BRANDS = frozenset({b"M4A ", b"M4B "})
_QUICKTIME = b"qt  "


def is_mp4(head: bytes) -> bool:
    return _brand(head) in _MP4_BRANDS


def is_m4a(head: bytes) -> bool:
    return _brand(head) in _M4A_BRANDS


def is_quicktime(head: bytes) -> bool:
    return _brand(head) == _QUICKTIME


def _brand(head: bytes) -> bytes:
    """The major brand of an ISO base media file (ISO/IEC 14496-12 §4.3); b"" for anything else."""
    # The size of the first box keeps text that merely has "ftyp" in its fifth place from passing.
    size = int.from_bytes(head[:4])
    is_box = head[4:8] == b"ftyp" and 16 <= size <= HEAD and size % 4 == 0  # noqa: PLR2004
    return head[8:12] if is_box else b""


def is_webm(head: bytes) -> bool:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return False
    return next((value == b"webm" for name, value in _ebml_header(head) if name == 0x4282), False)  # noqa: PLR2004  DocType


def _ebml_header(head: bytes) -> Iterator[tuple[int, bytes]]:
    """Elements of the EBML header (RFC 8794 §8): (id, value). Ends where the header does, or the bytes."""
    size, at = _vint(head, 4, keep_marker=False)
    end = min(at + size, len(head))
    while at < end:
        name, at = _vint(head, at, keep_marker=True)
        size, at = _vint(head, at, keep_marker=False)
        if at + size > end:
            return
        yield name, head[at : at + size].rstrip(b"\0")
        at += size


def _vint(head: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A variable-size integer (RFC 8794 §4) and where it ends; past the bytes when it is cut or has no marker."""
    width = 9 - head[at].bit_length() if at < len(head) else 9
    if width > 8 or at + width > len(head):  # noqa: PLR2004
        return 0, len(head) + 1
    value = int.from_bytes(head[at : at + width])
    return (value if keep_marker else value & (1 << 7 * width) - 1), at + width


def is_mp3(head: bytes) -> bool:
    if head[:3] == b"ID3":
        return len(head) >= 10 and 2 <= head[3] <= 4 and head[4] != 0xFF and max(head[6:10]) < 0x80  # noqa: PLR2004
    return len(head) >= 4 and _is_layer_three(int.from_bytes(head[:4]))  # noqa: PLR2004


def _is_layer_three(frame: int) -> bool:
    """An MPEG audio frame header: sync, version, layer III alone (layer I would let UTF-16 in), rates that exist."""
    sync, version, layer = frame >> 21, frame >> 19 & 3, frame >> 17 & 3
    bits, rate, emphasis = frame >> 12 & 15, frame >> 10 & 3, frame & 3
    return sync == 0x7FF and version != 1 and layer == 1 and 0 < bits < 15 and rate != 3 and emphasis != 2  # noqa: PLR2004
