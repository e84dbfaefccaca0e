"""The catalogue on the wire: what a reporter reads in the language asked, what is cited in English."""

from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from cases.catalogue import LANGUAGES, Catalogue, Citation, Elsewhere, Instrument, Language, Provision
from cases.catalogue.platforms import EVERYWHERE

ENGLISH = "en"


class CatalogueQuery(Schema):
    lang = fields.String(load_default=ENGLISH, validate=validate.OneOf(LANGUAGES))
    on = fields.Date(metadata={"description": "The day whose rules are wanted; today if absent."})

    class Meta:
        unknown = RAISE


class LanguageSchema(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(("ltr", "rtl")))
    reviewed = fields.Boolean(required=True, metadata={"description": "Somebody read the words against the English."})


class PrincipleSchema(Schema):
    slug = fields.String(required=True)
    label = fields.String(required=True)
    question = fields.String(required=True)
    categories = fields.List(fields.String(), required=True, metadata={"description": "What a yes suggests."})


class CategorySchema(Schema):
    slug = fields.String(required=True)
    label = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    cites = fields.List(fields.String(), required=True)


class CitationSchema(Schema):
    slug = fields.String(required=True)
    label = fields.String(required=True)
    edition = fields.String(required=True)
    heading = fields.String(required=True)
    summary = fields.String(required=True, metadata={"description": "Our own words, not the text of the rule."})
    note = fields.String(required=True)
    verified = fields.Boolean(required=True, metadata={"description": "Checked against a public source."})
    language = fields.String(required=True)


class ProvisionSchema(Schema):
    personnel_type = fields.String(required=True)
    governing = fields.String(required=True)
    cites_staff_rules = fields.Boolean(required=True)
    decider = fields.String(required=True)
    decider_label = fields.String(required=True)
    decided_here = fields.Boolean(required=True)
    verified = fields.Boolean(required=True)
    language = fields.String(required=True)


class ReviewSchema(Schema):
    instrument = fields.String(required=True)
    due = fields.String(required=True, metadata={"format": "date"})
    overdue = fields.Boolean(required=True)


class ElsewhereSchema(Schema):
    slug = fields.String(required=True)
    question = fields.String(required=True, metadata={"description": "A yes means: this may be the wrong place."})
    text = fields.String(required=True)
    steps = fields.List(fields.String(), required=True, metadata={"description": "What to do, in order."})
    contact = fields.List(fields.String(), required=True, metadata={"description": "mailto:, https: or tel:."})
    file_here = fields.Boolean(required=True, metadata={"description": "A complaint belongs here all the same."})


class PlatformSchema(Schema):
    slug = fields.String(required=True)
    name = fields.String(required=True)


class CatalogueSchema(Schema):
    on = fields.String(required=True, metadata={"format": "date"})
    language = fields.String(required=True, metadata={"description": "Of principles, categories and elsewhere."})
    languages = fields.List(fields.Nested(LanguageSchema), required=True)
    principles = fields.List(fields.Nested(PrincipleSchema), required=True)
    categories = fields.List(fields.Nested(CategorySchema), required=True)
    citations = fields.List(fields.Nested(CitationSchema), required=True)
    provisions = fields.List(fields.Nested(ProvisionSchema), required=True)
    reviews = fields.List(fields.Nested(ReviewSchema), required=True)
    elsewhere = fields.List(
        fields.Nested(ElsewhereSchema),
        required=True,
        metadata={"description": "Whom others turn to; urgent first."},
    )
    platforms = fields.List(
        fields.Nested(PlatformSchema), required=True, metadata={"description": "Whose addresses are recognised."}
    )


def in_force(law: Catalogue, day: date, language: str) -> dict[str, Any]:
    """The rules of a day. `overdue` is said of that day, too."""
    return {
        "on": day.isoformat(),
        "language": language,
        "languages": [_language(row) for row in law.languages],
        "principles": [
            {
                "slug": row.slug,
                "label": row.heading.in_(language),
                "question": row.question.in_(language),
                "categories": list(row.categories),
            }
            for row in law.principles_on(day)
        ],
        "categories": [
            {"slug": row.slug, "label": row.label.in_(language), "urgent": row.urgent, "cites": list(row.cites)}
            for row in law.categories_on(day)
        ],
        "citations": [_citation(row) for row in law.citations_on(day)],
        "provisions": [_provision(row) for row in law.provisions_on(day)],
        "reviews": [_review(row, day) for row in law.reviews_on(day)],
        "elsewhere": [_elsewhere(row, language) for row in law.elsewhere_on(day)],
        "platforms": [{"slug": row.slug, "name": row.name} for row in law.platforms_on(day) if row.slug != EVERYWHERE],
    }


def _elsewhere(row: Elsewhere, language: str) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "question": row.question.in_(language),
        "text": row.text.in_(language),
        "steps": [step.in_(language) for step in row.steps],
        "contact": list(row.contact),
        "file_here": row.file_here,
    }


def _language(row: Language) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "direction": row.direction, "reviewed": bool(row.reviewed_by)}


def _citation(row: Citation) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "label": f"{row.instrument}({row.paragraph})",
        "edition": row.edition,
        "heading": row.heading,
        "summary": row.summary,
        "note": row.note,
        "verified": row.verified,
        "language": ENGLISH,
    }


def _provision(row: Provision) -> dict[str, Any]:
    return {
        "personnel_type": row.personnel_type,
        "governing": row.governing,
        "cites_staff_rules": row.cites_staff_rules,
        "decider": row.decider,
        "decider_label": row.decider_label,
        "decided_here": row.decided_here,
        "verified": row.verified,
        "language": ENGLISH,
    }


def _review(row: Instrument, day: date) -> dict[str, Any]:
    due = row.review_by.isoformat() if row.review_by else ""
    return {"instrument": row.edition, "due": due, "overdue": row.overdue(day)}
