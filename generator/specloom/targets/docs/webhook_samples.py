"""Samples in Python of receiving events: what handles them, and views that take them in web frameworks."""

from __future__ import annotations

from collections.abc import Mapping

from ...code import Python, python
from ...model import Api
from ...render import render
from .expressions import Expressions

FRAMEWORKS: Mapping[str, str] = {"FastAPI": "fastapi", "Flask": "flask", "Django": "django"}
"""By the name that they give themselves, that of their template."""


def function(api: Api, event: Python) -> Python:
    """A function that receives an event of this class, and acknowledges it."""
    written = Expressions(api)
    text = python.identifier("str")
    headers = python.subscript(written.use("collections.abc", "Mapping"), [text, text])
    client, errors, events = (written.our(name) for name in (api.client, "errors", "events"))
    parameters = [
        python.parameter("client", [python.member(client)]),
        python.parameter("headers", [python.member(headers)]),
        python.parameter("body", [python.member(python.identifier("bytes"))]),
    ]
    return render(
        Python,
        "docs/sample_event.py.j2",
        imports=written.imports(asynchronous=False),
        signature=python.signature(
            "receive", python.parameters(parameters), python.dotted(events, "Acknowledgement")
        ),
        error=python.dotted(errors, "Error"),
        event=python.dotted(events, event),
    )


def handler(api: Api, event: Python) -> Python:
    """A function that is given every event; this one is documented."""
    written = Expressions(api)
    events = written.our("events")
    return render(
        Python,
        "docs/sample_handler.py.j2",
        imports=written.imports(asynchronous=False),
        any_event=python.dotted(events, "AnyEvent"),
        event=python.dotted(events, event),
        unknown=python.dotted(events, "UnknownEvent"),
    )


def view(api: Api, framework: str) -> Python:
    """What receives events in this framework."""
    written = Expressions(api)
    error = python.dotted(written.our("errors"), "Error")
    template = f"docs/sample_{FRAMEWORKS[framework]}.py.j2"
    return render(Python, template, imports=written.imports(asynchronous=False), error=error)
