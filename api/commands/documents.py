"""`rule12 openapi`: the API document, as committed."""

import json
from pathlib import Path
from typing import Any

import click

from api import create_app
from api.commands.houses import data_dir_option, opened


def render(app: Any) -> str:
    """The OpenAPI document of an app, in the form it is committed in."""
    return json.dumps(app.extensions["rule12.openapi"](), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of printing.")
@data_dir_option
@click.pass_obj
def openapi(parts: Any, out: Path | None, data_dir: Path | None) -> None:
    """Print the OpenAPI 3.1 document."""
    with opened(parts, data_dir) as house:
        text = render(create_app(house.desk))
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


COMMANDS = (openapi,)
