"""Request bodies whose fields can be sent as several media types, such as JSON or a form."""

from __future__ import annotations

from collections.abc import Mapping

from .bodies import Body, BodySource
from .headers import is_json, is_media_of


class BodyChoice(BodySource):
    """Bodies by media type; the argument `media` chooses, the first by default."""

    def __init__(self, bodies: Mapping[str, Body]) -> None:
        self.bodies = bodies

    @property
    def media_types(self) -> tuple[str, ...]:
        return tuple(self.bodies)

    def chosen(self, arguments: object) -> Body:
        media = getattr(arguments, "media", None)  # checked later, as an argument
        return self.bodies.get(media or "", next(iter(self.bodies.values())))

    def received(self, media: str | None) -> Body:
        return next(
            (
                body
                for name, body in self.bodies.items()
                if media is not None
                and (is_media_of(media, (name,)) or (is_json(media) and is_json(name)))
            ),
            next(iter(self.bodies.values())),
        )
