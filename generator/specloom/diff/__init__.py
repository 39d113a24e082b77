"""What has changed between two versions of a spec, for those who wrote programs against the first.

    Spec, Spec ─pairs─▶ what belongs together ─▶ changes, one for each difference ─rules─▶ Report ─▶ text, json, markdown, github

`rules` is the table of what can change and how bad it is. `apis`, `endpoints`, `fields`, `types`, `declared`, `errors` and `events`
each find the changes of one part; `formatting` writes reports; `git_revisions` gets old versions from git.
"""

from __future__ import annotations

from . import formatting
from .apis import Apis, Spec
from .changes import BOTH, Change, Changes, Report
from .endpoints import Endpoints
from .errors import Errors
from .events import Events
from .fields import Fields
from .matching import Pairs
from .named_types import NamedTypesComparison
from .rules import CLASSES, RULES, Class, Rule
from .texts import Texts

__all__ = ["CLASSES", "RULES", "Change", "Class", "Report", "Rule", "Spec", "compare", "formatting"]


def compare(old: Spec, new: Spec) -> Report:
    """All changes between two versions of an API, the most important first."""
    pairs, changes = Pairs(old.api, new.api), Changes()
    texts = Texts(
        changes, tuple(language for language in new.api.languages if language in old.api.languages)
    )
    fields = Fields(pairs, changes, texts)
    Apis(old, new, pairs, changes, texts, fields).compare()
    kept = {before.qualified for before, _ in pairs.endpoints}
    for endpoint in old.api.all_endpoints():
        if endpoint.qualified not in kept:
            line = f"{endpoint.method} {endpoint.path}"
            changes.add(
                "endpoint-removed", BOTH, endpoint.qualified, "", (line, None), endpoint.location
            )
    here = {now.qualified for _, now in pairs.endpoints}
    for endpoint in new.api.all_endpoints():
        if endpoint.qualified not in here:
            line = f"{endpoint.method} {endpoint.path}"
            changes.add(
                "endpoint-added", BOTH, endpoint.qualified, "", (None, line), endpoint.location
            )
    endpoints = Endpoints(pairs, changes, texts, fields)
    for before, now in pairs.endpoints:
        endpoints.compare(before, now)
    NamedTypesComparison(pairs, changes, texts, fields).compare()
    Errors(pairs, changes, texts).compare()
    Events(pairs, changes, texts).compare(new.place("events"))
    return changes.report(old.api.version, new.api.version)
