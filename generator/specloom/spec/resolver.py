"""Resolver: turns the files of a spec into the model, in one direction.

    documents → vocabularies (languages, units, facts, schemes) → declarations → fields and endpoints → checks → examples → Api

A part with a problem is replaced by a placeholder, so one run finds all problems. The result is valid only if none was reported.
"""

from __future__ import annotations

from itertools import chain

from msgspec.structs import replace

from .. import auth_schemes, model
from ..model import (
    Api,
    Endpoint,
    ErrorCode,
    ErrorShape,
    ErrorStatus,
    Event,
    Field,
    NamedType,
    Resource,
    Text,
    TypeName,
)
from . import (
    api_file,
    enumerations,
    host_variables,
    notes,
    parameters,
    reachability,
    scheme_endpoints,
    streams,
    unions,
)
from .collector import DiagnosticCollector, line_reference
from .directions import DirectionResolver
from .endpoints import EndpointDraft, EndpointResolver
from .error_shapes import ErrorShapeResolver
from .errors import ErrorTableResolver
from .events import EventAddressChecker, EventResolver, envelope
from .examples import ExampleResolver
from .fields import FieldOwner, FieldResolver
from .idempotency import IdempotencyResolver
from .includes import IncludeResolver
from .localized import TextReader, child, word
from .paging import PagingResolver
from .polling import PollResolver
from .schemes import SchemeResolver
from .spec_folder import Document, SpecFolder
from .symbols import SymbolTable
from .type_resolver import UNRESOLVED, TypeResolver
from .values import ValueReader

Path = tuple[str, ...]


class Resolver:
    """Builds the model from a spec folder."""

    def __init__(self, folder: SpecFolder, diagnostics: DiagnosticCollector) -> None:
        self.folder = folder
        self.diagnostics = diagnostics
        self.root = next(
            (document.root for document in folder.documents if document.kind == "api"), None
        )
        self.texts = TextReader(diagnostics, api_file.languages(self.root))
        self.declarations = SymbolTable(diagnostics)
        self.types = TypeResolver(self.declarations, diagnostics)
        self.includes = IncludeResolver(self.types, diagnostics)
        self.schemes = SchemeResolver(self.root, diagnostics)
        self.errors = ErrorTableResolver(self.texts, self.types, diagnostics)
        self.fields = FieldResolver(
            self.declarations,
            self.types,
            self.texts,
            api_file.units(self.root, self.texts),
            diagnostics,
        )

        self.declared: set[TypeName] = set()
        """Names of the types under `types`, and of the objects inside them."""

    def api(self) -> Api:
        """Return the API."""
        resources = [document for document in self.folder.documents if document.kind == "resource"]
        self._declare()
        self.declared |= self.fields.built.keys()
        header, shared_header = self._header()
        shapes = ErrorShapeResolver(self.folder.documents, self.diagnostics)
        endpoint_resolver = EndpointResolver(
            self.fields,
            self.types,
            self.texts,
            self.errors,
            shapes,
            self.schemes,
            api_file.facts(self.root, self.texts),
            self.diagnostics,
        )
        endpoint_resolver.header, endpoint_resolver.auth = shared_header, self.schemes.alternatives(
            child(self.root, "auth")
        )
        variables = host_variables.read(child(self.root, "hosts"), self.types, self.texts)
        endpoint_resolver.host_variables = tuple(each.wire for each in variables)
        hosts = api_file.hosts(
            child(self.root, "hosts"), self.texts, endpoint_resolver.host_variables
        )
        endpoint_resolver.unprocessed = api_file.unprocessed(
            child(self.root, "unprocessed"), self.diagnostics
        )
        errors = self.errors.read(child(self.root, "errors"), ())
        by_resource = {
            document.module: self.errors.read(document.root.get("errors"), document.module)
            for document in resources
        }
        paths = _with_folders(self.folder.resources)
        drafts: dict[Path, list[EndpointDraft]] = {}
        for document in resources:
            below = frozenset(path[-1] for path in paths if path[:-1] == document.module)
            drafts[document.module] = endpoint_resolver.read(document.root, document.module, below)
        events = EventResolver(
            self.fields, self.types, self.texts, self.schemes.used.values(), self.diagnostics
        )
        event_drafts = {
            document.module: events.read(document.root, document.module) for document in resources
        }
        endpoint_drafts = [draft for group in drafts.values() for draft in group]
        self._copy_included()  # into the objects inside endpoints and events
        self._check_generics()
        directions = DirectionResolver(self.fields.built, self.declared, self.diagnostics)
        endpoints = iter(directions.split(draft.endpoint for draft in endpoint_drafts))
        drafts = {
            path: [replace(draft, endpoint=next(endpoints)) for draft in group]
            for path, group in drafts.items()
        }
        endpoint_drafts = [draft for group in drafts.values() for draft in group]
        self._check([draft.endpoint for draft in endpoint_drafts], header)
        scheme_endpoints.check(
            self.schemes,
            {draft.endpoint.qualified: draft.endpoint for draft in endpoint_drafts},
            self.fields.built,
            self.diagnostics,
        )
        host_variables.check(
            variables,
            (*hosts, *(host for draft in endpoint_drafts for host in draft.endpoint.hosts)),
            self.schemes.all(),
            self.diagnostics,
        )
        shapes.check(
            ((draft.endpoint, draft.node.get("error_shape")) for draft in endpoint_drafts),
            self.fields.built,
        )
        for draft in endpoint_drafts:
            streams.check(
                draft.node,
                draft.endpoint,
                self.schemes.of(chain.from_iterable(draft.endpoint.auth)),
                self.fields.built,
                self.diagnostics,
            )
        address_checker = EventAddressChecker(
            endpoint_resolver,
            [draft.endpoint for draft in endpoint_drafts],
            paths,
            self.diagnostics,
        )
        for group in event_drafts.values():
            for event in group:
                address_checker.check(event)
        examples = ExampleResolver(
            ValueReader(self.fields.built, self.diagnostics, directions.unlisted),
            self.fields.values,
            self.texts,
            self.folder,
            self.diagnostics,
        )
        finished = self._finish(drafts, endpoint_resolver, examples, errors, by_resource)
        texts = self._notes({(*path, e.name) for path, group in finished.items() for e in group})
        events_by_resource = {
            path: tuple(examples.event(draft) for draft in group)
            for path, group in event_drafts.items()
        }
        self.folder.check_bodies()
        types = self._types(examples)
        documents = {document.module: document for document in resources}
        return Api(
            name=self.folder.path.resolve().name,
            package=word(child(self.root, "package")),
            version=word(child(self.root, "version")),
            client=word(child(self.root, "client")),
            title=self.texts.read(child(self.root, "title")),
            languages=self.texts.languages,
            hosts=hosts,
            host_variables=variables,
            description=self.texts.read(child(self.root, "description")),
            schemes=self.schemes.all(),
            auth=endpoint_resolver.auth,
            header=examples.fields(header),
            error_shape=shapes.of_api(),
            unprocessed=endpoint_resolver.unprocessed,
            errors=errors,
            envelope=envelope(
                self.root,
                [draft for group in event_drafts.values() for draft in group],
                self.schemes.all(),
                self.diagnostics,
            ),
            links=api_file.links(child(self.root, "links"), self.texts),
            resources=self._tree(
                paths, documents, finished, by_resource, events_by_resource, texts
            ),
            types=types,
            notes=texts.get((), Text()),
            source=self.folder.display_path,
        )

    def _declare(self) -> None:
        """Declare all named types, and resolve their objects, enumerations and unions."""
        api_file.check_names(self.root, self.diagnostics)
        for document in self.folder.documents:
            if document.kind != "api":
                self.declarations.add(document)
        self.declarations.check_duplicates()
        for declaration in self.declarations:
            if declaration.kind == "enumeration":
                self.fields.built[declaration.name] = enumerations.build(
                    declaration, self.texts, self.diagnostics
                )
        for declaration in self.declarations:
            if declaration.kind == "object":
                self.fields.build(declaration)
        for declaration in self.declarations:
            if declaration.kind == "union":
                union = unions.build(declaration, self.types, self.texts)
                if union:
                    self.fields.built[declaration.name] = union
            elif declaration.kind == "alias":
                self.fields.named_scalar(declaration)
        self._copy_included()

    def _check_generics(self) -> None:
        """Warn about generic types without a use: nothing is generated for them, and their fields are not checked."""
        used = {instance.generic.name for instance in self.types.instances.values()}
        for declaration in self.declarations:
            if declaration.kind == "generic" and declaration.name not in used:
                self.diagnostics.warn(
                    declaration.key, "invalid-generic", f"nothing uses `{declaration.key.text}`"
                )

    def _copy_included(self) -> None:
        """Resolve the uses of generic types, and copy the fields that objects include, since the last time."""
        before = set(self.fields.built)
        self.fields.build_instances()
        self.declared |= self.fields.built.keys() - before
        self.includes.copy(self.fields.includes, self.fields.built)
        self.fields.includes.clear()

    def _header(self) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
        """Return the API's headers: the constant ones, and those that are arguments of every endpoint."""
        fields = self.fields.read(
            child(self.root, "header"), FieldOwner(TypeName((), "Header"), "header"), ()
        )
        parameters.check_headers(fields, self.diagnostics)
        constant = tuple(
            field for field in fields if field.required and model.is_constant(field.type)
        )
        return constant, tuple(field for field in fields if field not in constant)

    def _check(self, endpoints: list[Endpoint], header: tuple[Field, ...]) -> None:
        """Check the rules that need all types and endpoints."""
        self.errors.check(self.schemes.used.values())
        types = self.fields.built
        for at, union in self.types.unions:
            unions.check(at, union.members, types, self.diagnostics)
        for declaration in self.declarations:
            named = types.get(declaration.name)
            if declaration.kind == "union" and isinstance(named, model.UnionType):
                unions.check_named(declaration, named, types, self.diagnostics)
        unions.drop_recursive_unions(types, self.diagnostics)
        for object_type in reachability.unconstructible_objects(types):
            self.diagnostics.add_at(
                object_type.location,
                "recursive-type",
                f"`{object_type.name.name}` has no finite value, because it always contains another one",
                "make the field that leads back optional (`?` on its key) or nullable",
            )
        self._check_extra_names()
        self._check_encrypted(endpoints)
        parameters.check_types(header, "header", types, self.diagnostics)
        for endpoint in endpoints:
            self._check_endpoint(endpoint)
            parameters.check_added(
                endpoint, header, types, self.schemes.in_any(endpoint.auth), self.diagnostics
            )
        self._check_files()
        self._check_fills(endpoints)
        self._check_routes(endpoints)

    def _check_extra_names(self) -> None:
        """Check that no field has the Python name of the fields that its object does not list."""
        for named in self.fields.built.values():
            if isinstance(named, model.Object) and named.extra:
                for field in named.fields:
                    if field.name == named.extra.name:
                        self.diagnostics.add_at(
                            field.location,
                            "duplicate-field",
                            f"`{field.wire}` has the Python name of the fields that `{named.name.name}` does not list",
                            "give it another name with `as:`",
                            len(field.wire),
                        )

    def _check_encrypted(self, endpoints: list[Endpoint]) -> None:
        """Check that encrypted fields are strings, and that a scheme can encrypt them."""
        fields = [
            field
            for named in self.fields.built.values()
            if isinstance(named, model.Object)
            for field in named.fields
        ]
        fields += [field for endpoint in endpoints for field in endpoint.query]
        encrypted = [field for field in fields if field.encrypted and field.type is not UNRESOLVED]
        for field in encrypted:
            kinds = unions.kinds(field.type, self.fields.built)
            if kinds != frozenset({"a string"}):
                message = f"`{field.wire}` is {' or '.join(sorted(kinds))}, but only strings can be encrypted"
                self.diagnostics.add_at(
                    field.location,
                    "invalid-encryption",
                    message,
                    "mark the strings inside it, or make it a string",
                    len(field.wire),
                )
        if encrypted and not any(
            auth_schemes.SCHEMES[scheme.kind].encrypts
            for scheme in self.schemes.of(self.schemes.used)
        ):
            message = f"`{encrypted[0].wire}` is encrypted, but no authentication scheme of this API supports encryption"
            self.diagnostics.warn_at(encrypted[0].location, "invalid-encryption", message)

    def _check_endpoint(self, endpoint: Endpoint) -> None:
        types, diagnostics = self.fields.built, self.diagnostics
        parameters.check_types(endpoint.path_fields, "path", types, diagnostics)
        parameters.check_catch_all(endpoint, types, diagnostics)
        parameters.check_types(endpoint.query, "query", types, diagnostics)
        parameters.check_types(endpoint.header, "header", types, diagnostics)
        parameters.check_types(endpoint.cookie, "cookie", types, diagnostics)
        for response in endpoint.responses:
            parameters.check_types(response.headers, "response header", types, diagnostics)
        self._check_form(endpoint)

    def _check_form(self, endpoint: Endpoint) -> None:
        """Check the body of a form, or one that may be sent as a form."""
        body = endpoint.body
        if not isinstance(body, model.FormBody) and not (
            isinstance(body, model.JsonBody) and body.choice
        ):
            return
        type_ = body.type
        form = self.fields.built.get(type_.to) if isinstance(type_, model.Named) else None
        fields = form.fields if isinstance(form, model.Object) else ()
        if isinstance(body, model.FormBody) or model.FORM_MEDIA in body.choice:
            parameters.check_types(fields, "form", self.fields.built, self.diagnostics)
        if isinstance(body, model.JsonBody) and not isinstance(form, model.Object):
            self.diagnostics.add_at(
                endpoint.location,
                "invalid-media",
                f"the body of `{endpoint.name}` has no fields for a form",
                "write `body` as a map of fields, or remove the form from `media`",
            )

    def _check_files(self) -> None:
        """Check that only multipart parts and binary bodies contain files."""
        for name, named in self.fields.built.items():
            if isinstance(named, model.Object) and name not in self.fields.parts:
                parameters.check_files(named.fields, self.diagnostics)
        for name in self.fields.parts:
            form = self.fields.built.get(name)
            parameters.check_parts(
                form.fields if isinstance(form, model.Object) else (), self.diagnostics
            )

    def _check_fills(self, endpoints: list[Endpoint]) -> None:
        """Check that the client computes values of arguments only."""
        bodies: set[model.TypeName] = set()
        for endpoint in endpoints:
            match endpoint.body:
                case (
                    model.JsonBody(type=model.Named(to=name), flat=True)
                    | model.FormBody(type=model.Named(to=name))
                    | model.MultipartBody(type=model.Named(to=name))
                ):
                    bodies.add(name)
                case _:
                    pass
        self.fields.check_fills(bodies)

    def _check_routes(self, endpoints: list[Endpoint]) -> None:
        """Warn about endpoints that a server cannot distinguish by method, path, constants, headers and media type."""
        seen: dict[tuple[str, str, frozenset[object], str], Endpoint] = {}
        for endpoint in endpoints:
            body = (
                endpoint.body.type
                if isinstance(endpoint.body, model.JsonBody | model.FormBody | model.MultipartBody)
                else None
            )
            named = self.fields.built.get(body.to) if isinstance(body, model.Named) else None
            marks = parameters.route_marks(
                endpoint, named.fields if isinstance(named, model.Object) else ()
            )
            shape = parameters.route_shape(endpoint.path)
            others = [
                seen.setdefault((endpoint.method, shape, marks, media), endpoint)
                for media in parameters.body_media(endpoint)
            ]
            other = next((each for each in others if each is not endpoint), None)
            if other is not None:
                self.diagnostics.warn_at(
                    endpoint.location,
                    "duplicate-route",
                    f"same method and path as `{other.qualified}` ({line_reference(other.location)})",
                )

    def _finish(
        self,
        drafts: dict[Path, list[EndpointDraft]],
        endpoint_resolver: EndpointResolver,
        examples: ExampleResolver,
        errors: tuple[ErrorCode, ...],
        by_resource: dict[Path, tuple[ErrorCode, ...]],
    ) -> dict[Path, list[Endpoint]]:
        """Return the endpoints with their examples and cross references."""
        known = frozenset(draft.endpoint.qualified for group in drafts.values() for draft in group)
        finished: dict[Path, list[Endpoint]] = {}
        applied: list[tuple[ErrorShape, tuple[ErrorCode, ...]]] = []
        idempotency = IdempotencyResolver(endpoint_resolver.request_fields, self.diagnostics)
        paging = PagingResolver(endpoint_resolver, self.diagnostics)
        polling = PollResolver(endpoint_resolver, self.diagnostics)
        for path, group in drafts.items():
            above = [
                row
                for depth in range(1, len(path) + 1)
                for row in by_resource.get(path[:depth], ())
            ]
            statuses = frozenset[ErrorStatus](row.status for row in (*errors, *above))
            finished[path] = []
            for draft in group:
                self.errors.check_responses(draft.endpoint, (*above, *errors))
                applied.append(
                    (draft.endpoint.error_shape, (*draft.endpoint.errors, *above, *errors))
                )
                endpoint = examples.endpoint(draft, statuses)
                finished[path].append(
                    replace(
                        endpoint,
                        idempotency=idempotency.resolve(
                            draft.endpoint, draft.node.get("idempotency"), known
                        ),
                        paging=paging.paging_of(endpoint, draft.node.get("paging")),
                        poll=polling.poll_of(endpoint, draft.node),
                    )
                )
        self.errors.check_codes(applied)
        return finished

    def _notes(self, known: set[Path]) -> dict[Path, Text]:
        return notes.collect(
            self.folder.notes,
            self.texts.languages,
            _with_folders(self.folder.resources),
            known,
            self.diagnostics,
        )

    def _types(self, examples: ExampleResolver) -> dict[TypeName, NamedType]:
        """Return all named types with their values, in the order of files and positions."""
        types = self.fields.built
        self.fields.check_scalars(examples.values)
        finished = [
            examples.resolve_object(named) if isinstance(named, model.Object) else named
            for named in types.values()
        ]
        finished.sort(
            key=lambda named: (
                named.name.module,
                named.location.line,
                named.location.column,
                named.name.name,
            )
        )
        return {named.name: named for named in finished}

    def _tree(
        self,
        paths: set[Path],
        documents: dict[Path, Document],
        finished: dict[Path, list[Endpoint]],
        errors: dict[Path, tuple[ErrorCode, ...]],
        events: dict[Path, tuple[Event, ...]],
        texts: dict[Path, Text],
    ) -> tuple[Resource, ...]:
        """Return the resources in the order of their names, each with its children."""
        children: dict[Path, list[Resource]] = {}
        for path in sorted(paths, key=lambda path: (-len(path), path)):  # the deepest first
            document = documents.get(path)
            root = document.root if document else None
            resource = Resource(
                path=path,
                title=self.texts.read(child(root, "title")),
                description=self.texts.read(child(root, "description")),
                endpoints=tuple(
                    self._with_notes(endpoint, texts) for endpoint in finished.get(path, ())
                ),
                errors=errors.get(path, ()),
                events=events.get(path, ()),
                resources=tuple(children.get(path, ())),
                notes=texts.get(path, Text()),
                source=document.relative if document else "",
            )
            children.setdefault(path[:-1], []).append(resource)
        return tuple(children.get((), ()))

    def _with_notes(self, endpoint: Endpoint, texts: dict[Path, Text]) -> Endpoint:
        note = texts.get((*endpoint.resource, endpoint.name))
        return replace(endpoint, notes=note) if note else endpoint


def _with_folders(resources: set[Path]) -> set[Path]:
    """Return the paths of all resources, including folders without their own file."""
    return {path[:depth] for path in resources for depth in range(1, len(path) + 1)}
