"""Docstrings of the generated code, in the API's first language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from ...code import Prose, Python, prose, python
from ...model import (
    Api,
    Endpoint,
    ErrorCode,
    Event,
    Field,
    File,
    Named,
    Nullable,
    PlainText,
    Poll,
    Text,
    code_span,
    json_text,
)
from ...render import render
from .. import descriptions
from ..client_interface import arguments


def multilingual(text: Text, languages: Sequence[str]) -> str:
    """Return the text in the first language, with the others in parentheses: `Query electronic fapiao (查询电子发票)`."""
    first = text.best(languages[0])
    others = [
        translation
        for language in languages[1:]
        if (translation := text.get(language)) is not None and translation != first
    ]
    return f"{first} ({', '.join(others)})" if first and others else first


def of_module(
    api: Api, kind: str, path: tuple[str, ...] | None = None, *, subject: str = ""
) -> Python:
    """Return the docstring of a module of this kind for a resource or, without a path, for the whole API."""
    subject = subject or (title_of(api) if path is None else name_of(api, path))
    source = source_of(api, path or ())
    return python.docstring(
        _render("module", kind=kind, subject=subject, source=source, package=api.package)
    )


def title_of(api: Api) -> str:
    """Return the title of the API in all languages."""
    return multilingual(api.title, api.languages) or api.name


def source_of(api: Api, module: tuple[str, ...]) -> str:
    """Return the spec file of a resource module or of a folder's `_types` module; for `()`, the spec folder."""
    if module[-1:] == ("_types",):
        return "/".join((api.source, *module[:-1], "_types.yaml"))
    sources = [resource.source for resource in api.all_resources() if resource.path == module]
    return "/".join([api.source, *(source for source in sources if source)])


def name_of(api: Api, module: tuple[str, ...]) -> str:
    """Return the title of a resource, for the first line of its modules."""
    for resource in api.all_resources():
        if resource.path == module and resource.title:
            return multilingual(resource.title, api.languages)
    return "several resources" if module[-1:] == ("_types",) else ".".join(module)


def of_summary(title: Text, description: Text, fallback: str, api: Api, indentation: int) -> Python:
    """Return a docstring from a title and a description; without a title, from the fallback."""
    language = api.languages[0]
    summary = descriptions.with_full_stop(multilingual(title, api.languages) or fallback, language)
    body = description.best(language)
    return python.docstring(f"{summary}\n\n{body}" if body else summary, indentation)


class ArgumentView(Struct, frozen=True):
    """Template values of an argument."""

    name: Prose
    description: Prose


class ResponseView(Struct, frozen=True):
    """Template values of a response with texts."""

    status: Prose
    description: Prose


class ErrorView(Struct, frozen=True):
    """Template values of an exception class: the code and the reasons of its rows."""

    class_name: Prose
    code: Prose
    reasons: Prose


def of_method(api: Api, endpoint: Endpoint, *, is_async: bool) -> Python:
    """Return a method's docstring: title, description, arguments, return value, and the endpoint's own errors."""
    language = api.languages[0]
    text = _render(
        "method",
        **_endpoint(api, endpoint),
        responses=_responses(endpoint, language),
        is_streamed=endpoint.stream is not None,
        is_async=is_async,
        errors=_errors(endpoint.errors, language),
    )
    return python.docstring(text, 8)


def of_iterator(api: Api, endpoint: Endpoint) -> Python:
    """Return the docstring of a method that iterates over the items of all pages."""
    return python.docstring(_render("iterator", **_endpoint(api, endpoint), name=endpoint.name), 8)


def of_waiter(api: Api, endpoint: Endpoint, poll: Poll) -> Python:
    """Return the docstring of a method that waits for a final state."""
    states = ", ".join(code_span(json_text(state)) for state in poll.states)
    return python.docstring(
        _render(
            "waiter",
            **_endpoint(api, endpoint),
            name=endpoint.name,
            until=code_span(poll.until),
            states=states,
        ),
        8,
    )


def of_call(api: Api, endpoint: Endpoint) -> Python:
    """Return the docstring of a function that returns a call."""
    has_arguments = bool(arguments(api, endpoint))
    return python.docstring(
        _render(
            "call",
            **_endpoint(api, endpoint),
            has_arguments=has_arguments,
            is_streamed=endpoint.stream is not None,
        ),
        4,
    )


def of_event(api: Api, event: Event) -> Python:
    language = api.languages[0]
    title = multilingual(event.title, api.languages) or code_span(event.name)
    text = _render(
        "event",
        title=descriptions.with_full_stop(title, language),
        **_common(event, language),
    )
    return python.docstring(text, 4)


def of_client(
    api: Api, credentials: Iterable[tuple[str, str]], http: str, *, is_async: bool
) -> Python:
    """Return the docstring of a client with these credentials, which are names and meanings."""
    language = api.languages[0]
    name = multilingual(api.title, api.languages) or api.client
    text = _render(
        "client",
        title=descriptions.with_full_stop(
            f"{'Async client' if is_async else 'Client'} of {name}", language
        ),
        description=api.description.best(language),
        credentials=[_argument(name, meaning) for name, meaning in credentials],
        http=http,
        is_async=is_async,
    )
    return python.docstring(text, 4)


def of_webhooks(api: Api, *, is_async: bool) -> Python:
    text = _render("webhooks", subject=title_of(api), is_async=is_async)
    return python.docstring(text, 8)


def of_mock(api: Api, mock: str) -> Python:
    return python.docstring(_render("mock", subject=title_of(api), mock=mock), 4)


def of_error(api: Api, rows: Sequence[ErrorCode]) -> Python:
    """Return an exception class's docstring: its codes, then a line for each documented reason."""
    language = api.languages[0]
    reasons = dict.fromkeys(_reason(row, language) for row in rows if row.reason or row.remedy)
    text = _render(
        "error",
        codes=", ".join(dict.fromkeys(_code(row, language) for row in rows)),
        reasons=[prose.text(reason) for reason in reasons],
    )
    return python.docstring(text, 4)


def _render(template: str, **values: Any) -> Prose:
    """Render the template of a docstring; values that are strings are texts, which only the maker of docstrings sees."""
    return render(
        Prose,
        f"python/docstrings/{template}.txt.j2",
        **{
            name: prose.text(value) if isinstance(value, str) else value
            for name, value in values.items()
        },
    )


def _endpoint(api: Api, endpoint: Endpoint) -> dict[str, object]:
    language = api.languages[0]
    rows = (
        (each.name, descriptions.about(each.field, language) or _of_type(api, each.field))
        for each in arguments(api, endpoint)
    )
    return {
        "title": _title(api, endpoint),
        "arguments": [_argument(name, text) for name, text in rows if text],
        **_common(endpoint, language),
    }


def _common(owner: Endpoint | Event, language: str) -> dict[str, object]:
    deprecated = (
        descriptions.with_full_stop(descriptions.deprecation(owner.deprecated, language), language)
        if owner.deprecated
        else ""
    )
    return {
        "deprecated": deprecated,
        "description": owner.description.best(language),
        "source": next((link.url for link in owner.links), ""),
    }


def _argument(name: str, text: str) -> ArgumentView:
    return ArgumentView(prose.line(name), prose.line(text))


def _title(api: Api, endpoint: Endpoint) -> str:
    title = multilingual(endpoint.title, api.languages) or code_span(
        f"{endpoint.method} {endpoint.path}"
    )
    return descriptions.with_full_stop(title, api.languages[0])


def _of_type(api: Api, field: Field) -> str:
    """Return the title of a field's named type, for a field without texts."""
    type = field.type.type if isinstance(field.type, Nullable) else field.type
    title = api.types[type.to].title.best(api.languages[0]) if isinstance(type, Named) else ""
    return descriptions.with_full_stop(title, api.languages[0]) if title else ""


def _responses(endpoint: Endpoint, language: str) -> list[ResponseView]:
    views: list[ResponseView] = []
    for response in endpoint.responses:
        texts = [text.best(language) for text in (response.title, response.description) if text]
        if isinstance(response.type, File | PlainText):
            texts += map(descriptions.capitalized, descriptions.limits(response.type, language))
        if texts:
            text = descriptions.join_sentences(texts, language)
            views.append(ResponseView(prose.text(str(response.status)), prose.line(text)))
    return views


def _errors(rows: Iterable[ErrorCode], language: str) -> list[ErrorView]:
    by_class: dict[str, list[ErrorCode]] = {}
    for row in rows:
        by_class.setdefault(row.class_name, []).append(row)
    semicolon = descriptions.separator("semicolon", language)
    stop = descriptions.separator("stop", language)
    views: list[ErrorView] = []
    for name, group in by_class.items():
        reasons = [row.reason.best(language).rstrip(".。") for row in group if row.reason]
        text = semicolon.join(dict.fromkeys(reasons)).strip() + stop
        views.append(
            ErrorView(prose.text(name), prose.line(_code(group[0], language)), prose.line(text))
        )
    return views


def _reason(row: ErrorCode, language: str) -> str:
    texts = [text.best(language) for text in (row.reason, row.remedy) if text]
    return descriptions.join_sentences(texts, language)


def _code(row: ErrorCode, language: str) -> str:
    """Return status and code: 404 `NO_ORDER`."""
    if row.status == "default":
        return descriptions.phrase("any_other_status", language)
    status = [] if row.status is None else [str(row.status)]
    return " ".join([*status, *([] if row.code is None else [code_span(row.code)])])
