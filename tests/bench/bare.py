"""The least an endpoint can do that keeps what it is sent: parse JSON and commit one row. The reference of filing.

Filing has two variants: through this project's own `Database` (SQLAlchemy, a file lock before each write), and
straight on `sqlite3` with one kept connection and no lock of ours.
`/stream` sends as many MiB of zeros as asked for: the reference of downloads.
"""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import URL, Column, Integer, LargeBinary, MetaData, Table, insert

from storage.database import PRAGMAS, Database

BLOCK = 1 << 20

metadata = MetaData()
rows = Table("rows", metadata, Column("id", Integer, primary_key=True), Column("body", LargeBinary, nullable=False))


def create() -> Flask:
    """The app, over the folder of `BARE_DIR`."""
    folder = Path(os.environ["BARE_DIR"])
    database = Database(URL.create("sqlite", database=str(folder / "bare.sqlite")))
    with database.writing() as connection:
        metadata.create_all(connection)
    straight = _straight(folder)
    app = Flask("bare")

    @app.get("/")
    def alive() -> str:
        return "ok"

    @app.post("/nothing")
    def nothing() -> Response:
        return _answer(request.get_json())

    @app.post("/database")
    def through_database() -> Response:
        told = request.get_json()
        with database.writing() as connection:
            connection.execute(insert(rows), {"body": request.get_data()})
        return _answer(told)

    @app.post("/sqlite")
    def through_sqlite() -> Response:
        told = request.get_json()
        straight.execute("BEGIN IMMEDIATE")
        straight.execute("INSERT INTO rows (body) VALUES (?)", (request.get_data(),))
        straight.execute("COMMIT")
        return _answer(told)

    @app.get("/stream")
    def stream() -> Response:
        blocks = (bytes(BLOCK) for _ in range(int(request.args["blocks"])))
        length = BLOCK * int(request.args["blocks"])
        return Response(blocks, headers={"Content-Length": str(length)}, direct_passthrough=True)

    return app


def _straight(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _answer(told: Any) -> Response:
    return Response(json.dumps({"kept": len(told)}), 201, content_type="application/json")
