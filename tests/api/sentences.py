"""Every sentence the rules can refuse something with, found in the code: `{}` stands where something is put in."""

import ast
import re
from collections.abc import Iterator
from inspect import getmembers, isclass
from pathlib import Path

from marshmallow import Schema, fields, validate

import api
import cases
import storage
from cases import errors
from cases.errors import CaseError

TOLD_IN_GENERAL = {"BackupDamaged", "CannotStart", "CatalogueBroken", "EvidenceUnreadable", "LedgerBroken"}
"""What an operator must look at: a page says so in the reader's language, and quotes the code's own words."""

OF_THE_DOOR = {"ReceiptRefused"}
"""What no page for staff can meet: only reporters have receipts."""

REFUSING = {
    name
    for name, kind in getmembers(errors, isclass)
    if issubclass(kind, CaseError) and kind is not CaseError and name not in TOLD_IN_GENERAL | OF_THE_DOOR
} | {"Fault", "ValidationError"}
SAYING = ("administering.py", "citing.py", "directory.py", "leaving.py")
"""Modules that yield what they say: of a line of a directory file, of what is cited."""

COMMANDS = {"commands", "demo"}
HEADERS = "#/headers/"
"""Faults of headers: a page sends none."""

PLACE = re.compile(r"\{\w*\}")


def refused() -> set[str]:
    """The sentences of every `CaseError` and `Fault` made anywhere but by the command line."""
    found = set[str]()
    for package in (api, cases, storage):
        root = Path(str(package.__file__)).parent
        for path in root.rglob("*.py"):
            if not COMMANDS & set(path.relative_to(root).parts):
                found |= set(_of_module(ast.parse(path.read_text(encoding="utf-8")), says=path.name in SAYING))
    return {text for text in found if " " in text}


def _of_module(module: ast.Module, *, says: bool) -> Iterator[str]:
    named = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _called(node) in REFUSING:
            told = [named.get(one.id, one) if isinstance(one, ast.Name) else one for one in node.args]
            texts = [text for one in told for text in _texts(one)]
            if not any(text.startswith(HEADERS) for text in texts):
                yield from texts
        elif says and isinstance(node, ast.Yield | ast.Assign | ast.ListComp | ast.Call):
            yield from _said(node)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _said(node: ast.AST) -> Iterator[str]:
    """What is yielded, noted or listed; never what only stands in a docstring."""
    match node:
        case ast.Yield(value=ast.Tuple(elts=[_, told])):
            yield from _texts(told)
        case ast.Yield(value=ast.AST() as told) | ast.ListComp(elt=ast.JoinedStr() as told):
            yield from _texts(told)
        case ast.Assign(targets=[ast.Name(id="what" | "way_out")], value=told):
            yield from _texts(told)
        case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Tuple(elts=[_, told])]):
            yield from _texts(told)


def _texts(node: ast.AST) -> Iterator[str]:
    """The sentences an expression can be: of one that chooses, each; of one that counts, with `{}`."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one), *_texts(other))


def of_fields() -> set[str]:
    """What the shapes on the wire say of a field: of every kind there is, and of every rule it is checked by."""
    found = set[str]()
    for schema in _below(Schema):
        if schema.__module__.startswith("api."):
            for field in schema._declared_fields.values():
                found |= set(_of_field(field))
    return {PLACE.sub("{}", text) for text in found if text.endswith(".")}


def _below(kind: type[Schema]) -> Iterator[type[Schema]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _of_field(field: fields.Field) -> Iterator[str]:
    if field.dump_only:
        return
    yield from (str(text) for text in field.error_messages.values())
    for rule in field.validators:
        yield from _of_rule(rule)
    if isinstance(field, fields.List):
        yield from _of_field(field.inner)


def _of_rule(rule: object) -> Iterator[str]:
    """The sentence a rule was given, or those it comes with."""
    own = getattr(rule, "error", None)
    if own:
        yield str(own)
    elif isinstance(rule, validate.Validator):
        yield from (text for name, text in getmembers(rule) if "message" in name and isinstance(text, str))
