"""Samples in Python for webhook events: receivers, handlers, and views of web frameworks."""

from __future__ import annotations

from ...code import Python, python
from ...model import Api
from ...render import render
from .expressions import Expressions


def function(api: Api, event: Python) -> Python:
    """Return a function that receives and acknowledges an event of this class."""
    expressions = Expressions(api)
    client, errors, events = (
        expressions.import_own(name) for name in (api.client, "errors", "events")
    )
    return render(
        Python,
        "docs/sample_event.py.j2",
        mapping=expressions.import_standard("collections.abc", "Mapping"),
        imports=expressions.imports(asynchronous=False),
        client=client,
        acknowledgement=python.dotted(events, "Acknowledgement"),
        error=python.dotted(errors, "Error"),
        event=python.dotted(events, event),
    )


def handler(api: Api, event: Python) -> Python:
    """Return a function that handles all events, with this class as example."""
    expressions = Expressions(api)
    events = expressions.import_own("events")
    return render(
        Python,
        "docs/sample_handler.py.j2",
        imports=expressions.imports(asynchronous=False),
        any_event=python.dotted(events, "AnyEvent"),
        event=python.dotted(events, event),
        unknown=python.dotted(events, "UnknownEvent"),
    )


def view(api: Api, framework: str) -> Python:
    """Return a view of this framework (`fastapi`, `flask`, `django`) that receives events."""
    expressions = Expressions(api)
    error = python.dotted(expressions.import_own("errors"), "Error")
    template = f"docs/sample_{framework}.py.j2"
    return render(Python, template, imports=expressions.imports(asynchronous=False), error=error)
