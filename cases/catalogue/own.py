"""An administrator's own files, laid over the shipped ones."""

from importlib.resources.abc import Traversable
from pathlib import Path

from cases.errors import CatalogueBroken


class Overlaid:
    """The shipped files, some of them replaced by an administrator's. CatalogueBroken for a file nobody would read."""

    def __init__(self, shipped: Traversable, own: Path) -> None:
        self._shipped, self._own = shipped, own
        known = {file.name for file in shipped.iterdir() if file.name.endswith(".toml")}
        try:
            strange = sorted({file.name for file in own.iterdir()} - known)
        except OSError as error:
            raise CatalogueBroken(f"{own}: cannot be read: {error.strerror}") from error
        if strange:
            raise CatalogueBroken(f"{own}: holds {', '.join(strange)}; known are {', '.join(sorted(known))}")

    def joinpath(self, name: str) -> Traversable:
        own = self._own / name
        return own if own.exists() else self._shipped.joinpath(name)
