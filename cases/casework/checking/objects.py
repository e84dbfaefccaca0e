"""Sealed objects: each part is there, byte for byte; what was erased is gone; no file is nobody's."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from cases.casework.checking.findings import Finding, Found, Next
from cases.casework.checking.ports import Fixity, KeptFile, KeptPart
from cases.casework.checking.running import Run
from cases.errors import EvidenceUnreadable

PARTS_AT_ONCE, FILES_AT_ONCE = 64, 256
YIELD_EVERY = 64 << 20
"""Bytes that would have to be read again if the run were stopped."""

UNDER_WAY = timedelta(days=1)
"""A file this young may still wait for its row."""

Pace = Callable[[int], None]
"""Called with the number of bytes that were read; waits where reading is limited."""


def walk_parts(fixity: Fixity, run: Run, pace: Pace) -> Iterator[int]:
    """Every part in order of position; yields how far it is after each page, and within one after large files."""
    after, read = run.position or 0, 0
    while page := fixity.parts(after, PARTS_AT_ONCE):
        for part in page:
            if _judge(fixity, part, pace):
                again = fixity.parts(part.position - 1, 1)
                finding = _judge(fixity, again[0], pace) if again and again[0].id == part.id else None
                if finding:
                    run.find(finding)
            run.checked["parts"] += 1
            run.checked["bytes"] += part.size
            after, read = part.position, read + part.size
            if read >= YIELD_EVERY or part is page[-1]:
                read = 0
                yield after


def _judge(fixity: Fixity, part: KeptPart, pace: Pace) -> Finding | None:
    """What is wrong with a part. An erasure may go on meanwhile, so whoever asks must ask again."""
    if part.told_erased and fixity.is_erased(str(part.complaint)):
        outlived = _judge_erased(fixity, part)
        return outlived if part.ciphertext is None else outlived or _judge_bytes(fixity, part, pace)
    return _judge_bytes(fixity, part, pace) or _judge_keys(part)


def _judge_erased(fixity: Fixity, part: KeptPart) -> Finding | None:
    """Asked in this order: the job is done only once the file and the key are gone."""
    if part.wraps:
        return Finding(Found.ORPHANED, _where(fixity, part), "its wraps outlived its erasure", Next.FINISH_ERASING)
    if fixity.is_shredding(part.complaint):
        return None
    if part.ciphertext is None and fixity.has_file(part.id):
        return Finding(Found.ORPHANED, _where(fixity, part), "its file outlived its erasure", Next.FINISH_ERASING)
    if part.has_key:
        where = f"shred key of complaint {part.complaint}"
        return Finding(Found.ORPHANED, where, "it outlived the erasure", Next.FINISH_ERASING)
    return None


def _judge_keys(part: KeptPart) -> Finding | None:
    if not part.has_key:
        where = f"shred key of complaint {part.complaint}"
        return Finding(Found.MISSING, where, "nothing of this complaint can be opened without it", Next.RESTORE_KEYS)
    if not part.wraps:
        where = f"wraps of {part.kind} {part.id}"
        return Finding(Found.MISSING, where, "nobody can open this part without one", Next.RESTORE_ROW)
    return None


def _judge_bytes(fixity: Fixity, part: KeptPart, pace: Pace) -> Finding | None:
    where = _where(fixity, part)
    do = Next.RESTORE_FILE if part.ciphertext is None else Next.RESTORE_ROW
    try:
        length, digest = _measured(fixity, part, pace)
    except EvidenceUnreadable:
        return Finding(Found.MISSING, where, "its file is not in the object store", do)
    except OSError as error:
        return Finding(Found.ALTERED, where, f"its file cannot be read: {error.strerror}", do)
    if length < part.size:
        return Finding(Found.ALTERED, where, f"it was cut: {length} of {part.size} bytes are left", do)
    if length > part.size:
        return Finding(Found.ALTERED, where, f"it was extended beyond its {part.size} bytes", do)
    if digest != part.digest:
        return Finding(Found.ALTERED, where, "its bytes are not those that were sealed", do)
    return None


def _measured(fixity: Fixity, part: KeptPart, pace: Pace) -> tuple[int, bytes]:
    """Length and SHA-256 of the ciphertext as it lies; an extended one is read no further than it shows."""
    length, digest = 0, sha256()
    for block in fixity.blocks(part.id) if part.ciphertext is None else (part.ciphertext,):
        length += len(block)
        digest.update(block)
        pace(len(block))
        if length > part.size:
            break
    return length, digest.digest()


def _where(fixity: Fixity, part: KeptPart) -> str:
    place = fixity.place_of(part.id) if part.ciphertext is None else "in the database"
    return f"{part.kind} {part.id} of complaint {part.complaint} ({place})"


def walk_files(fixity: Fixity, run: Run, at: datetime) -> Iterator[str]:
    """Every file of the object store in order of name; yields the last name of each page."""
    after = run.position or ""
    while page := fixity.files(after, FILES_AT_ONCE):
        for file in page:
            if _is_stray(fixity, file, at):
                again = fixity.file(file.name)
                if again and _is_stray(fixity, again, at):
                    run.find(Finding(Found.ORPHANED, file.name, "no row of the database names it", Next.LOOK_AT_FILE))
        run.checked["files"] += len(page)
        after = page[-1].name
        yield after


def _is_stray(fixity: Fixity, file: KeptFile, at: datetime) -> bool:
    """Files are there before the row that names them; a young one may be under way."""
    if file.object is not None and fixity.names_file(file.object):
        return False
    return file.changed_at < at - UNDER_WAY
