"""Comparison of two versions of a spec: every change, and whether it breaks programs that use the old client.

    Spec, Spec ─matching─▶ corresponding parts ─comparison─▶ Changes ─rules─▶ Report ─▶ text, json, markdown, github

`rules` is the table of possible changes and their classes. `apis`, `endpoints`, `fields`, `types`, `named_types`, `errors` and `events`
each compare one part of an API. `formatting` writes reports, and `git_revisions` reads old versions from git.
"""

from __future__ import annotations

from . import formatting
from .apis import ApiComparison, Spec
from .changes import BOTH, Change, Changes, Report, Values
from .describing import route
from .endpoints import EndpointComparison
from .errors import ErrorComparison
from .events import EventComparison
from .fields import FieldComparison
from .matching import Matching
from .named_types import NamedTypeComparison
from .rules import CLASSES, RULES, Class, Rule
from .texts import TextComparison

__all__ = ["CLASSES", "RULES", "Change", "Class", "Report", "Rule", "Spec", "compare", "formatting"]


def compare(old: Spec, new: Spec) -> Report:
    """Return all changes between two versions of an API, the most important first."""
    matching, changes = Matching(old.api, new.api), Changes()
    texts = TextComparison(
        changes, tuple(language for language in new.api.languages if language in old.api.languages)
    )
    fields = FieldComparison(matching, changes, texts)
    ApiComparison(old, new, matching, changes, texts, fields).compare()
    matched_old = {before.qualified for before, _ in matching.endpoints}
    matched_new = {after.qualified for _, after in matching.endpoints}
    for endpoint in old.api.all_endpoints():
        if endpoint.qualified not in matched_old:
            values: Values = (route(endpoint), None)
            changes.add("endpoint-removed", BOTH, endpoint.qualified, "", values, endpoint.location)
    for endpoint in new.api.all_endpoints():
        if endpoint.qualified not in matched_new:
            values = (None, route(endpoint))
            changes.add("endpoint-added", BOTH, endpoint.qualified, "", values, endpoint.location)
    endpoints = EndpointComparison(matching, changes, texts, fields)
    for before, after in matching.endpoints:
        endpoints.compare(before, after)
    NamedTypeComparison(matching, changes, texts, fields).compare()
    ErrorComparison(matching, changes, texts).compare()
    EventComparison(matching, changes, texts).compare(new.location("events"))
    return changes.report(old.api.version, new.api.version)
