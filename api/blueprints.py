"""Blueprints whose arguments are read strictly: unknown fields, wrong media types and odd JSON are refused."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from flask import Request, abort
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from api.fields import JSON_LIMIT, read_json
from api.problems import of_http
from api.schemas import ProblemSchema

Answer: TypeAlias = tuple[Any, int, Mapping[str, str] | Headers]
"""What a view hands to flask-smorest: data for the response schema, status, headers."""

PREFIX = "/api/v1"


class StrictParser(FlaskParser):
    """Reads JSON that is JSON, and nothing unknown in a query either."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012 - webargs declares it so

    def load_json(self, req: Request, schema: Any) -> Any:  # noqa: ARG002 - webargs' signature
        """The body as JSON: 413 when too long, 415 when declared otherwise, 400 when it is none."""
        req.max_content_length = JSON_LIMIT
        if not req.is_json:
            abort(415, "Send JSON: `Content-Type: application/json`.")
        body = req.get_data(cache=True)
        if req.content_length is None and len(body) >= JSON_LIMIT:
            abort(413)  # the framework cuts off what was not announced, and says nothing
        try:
            return read_json(body)
        except (ValueError, RecursionError):
            abort(400, "The body is not valid JSON.")


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A group of JSON endpoints."""

    ARGUMENTS_PARSER = StrictParser()


class Api(SmorestApi):  # type: ignore[misc]  # flask-smorest ships no types
    """The specification, and problems instead of the framework's own errors."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None  # api/specification.py says which refusals an operation knows

    def handle_http_exception(self, error: HTTPException) -> Any:
        """See api/problems.py."""
        return of_http(error)
