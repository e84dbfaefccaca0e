"""Where the parts meet: alone in importing both api and storage. `rule12` starts here."""

import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create() -> "Flask":
    """The app for a WSGI server: `granian --interface wsgi --factory wsgi:create`, `gunicorn 'wsgi:create()'`."""
    from api import create_app  # noqa: PLC0415 - the command line must not pay for what it does not use
    from storage import open_house  # noqa: PLC0415
    from storage.settings import read_settings  # noqa: PLC0415

    os.umask(0o077)
    settings = read_settings()
    app = create_app(open_house(settings).desk, settings.surface)
    gc.freeze()  # what start-up made stays: sweeping it again and again costs a twentieth of every request
    return app


def main() -> None:
    """The command `rule12`."""
    import storage  # noqa: PLC0415
    from api.commands import run  # noqa: PLC0415
    from storage.settings import read_settings  # noqa: PLC0415
    from storage.signing import verify  # noqa: PLC0415

    os.umask(0o077)
    run(read_settings, storage.prepare, storage.open_house, verify, storage.restoring)


if __name__ == "__main__":
    main()
