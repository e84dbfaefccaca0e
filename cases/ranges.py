"""Which bytes of a file somebody asks for (RFC 9110 §14): asked before the size is known, settled against it."""

from dataclasses import dataclass

from cases.errors import RangeUnsatisfiable


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file: from `start` up to `stop`, which is not among them."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes that is."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Wanted:
    """One range as it was asked for: from `first` to `last`, both among them; to the end where `last` is None.

    Where `first` is None, the last `last` bytes.
    """

    first: int | None
    last: int | None

    def within(self, size: int) -> Span:
        """What that is of a file of `size` bytes; what reaches beyond its end is cut. Raises RangeUnsatisfiable."""
        if self.first is None:
            start, stop = max(size - (self.last or 0), 0), size
        else:
            start, stop = self.first, size if self.last is None else min(self.last + 1, size)
        if start >= stop:
            raise RangeUnsatisfiable(size)
        return Span(start, stop)
