"""Multipart bodies as streams (RFC 7578): each part is handed on as it arrives, nothing is spooled in the clear."""

from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from cases.errors import BodyNotWhole

HEADER_LIMIT = 64 * 1024
CUT = "The upload broke off. Files shown as stored are safe; send the others again."


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `blocks` must be read before the next part is asked for; it raises BodyNotWhole when it was cut."""

    name: str
    filename: str | None
    media_type: str | None
    blocks: Iterator[bytes]


def parts_of(blocks: Iterator[bytes], boundary: str) -> Iterator[Part]:
    """The parts of a body, in order. Raises BodyNotWhole when it ends before its closing boundary."""
    events = _events(blocks, MultipartDecoder(boundary.encode(), max_form_memory_size=None))
    for event in events:
        if isinstance(event, Field | File):
            filename = event.filename if isinstance(event, File) else None
            data = _data(events)
            yield Part(event.name, filename, event.headers.get("Content-Type"), data)
            for _ in data:
                pass


def _data(events: Iterator[Event]) -> Iterator[bytes]:
    for event in events:
        if not isinstance(event, Data):
            raise BodyNotWhole(CUT)
        if event.data:
            yield bytes(event.data)
        if not event.more_data:
            return


def _events(blocks: Iterator[bytes], decoder: MultipartDecoder) -> Iterator[Event]:
    ended = False
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if not isinstance(event, NeedData):
                yield event
            elif ended:
                raise BodyNotWhole(CUT)
            else:
                block = next(blocks, None)
                ended = block is None
                decoder.receive_data(block)
    except ValueError as error:
        raise BodyNotWhole(CUT) from error
