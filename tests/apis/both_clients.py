"""One story for both clients: the sync client, used as if it were the async one.

A story is an async function of a client. With a sync client, each call is complete before it is awaited, so the story runs to its end without
an event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, TypeAlias

Story: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]


class Async:
    """A sync client, one of its resources, or the result of a call, with the async interface of its twin."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        return self._value

    async def __aiter__(self) -> AsyncIterator[Any]:
        for item in self._value:
            yield item

    async def __aenter__(self) -> Async:
        return Async(self._value.__enter__())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> Any:
        return self._value.__exit__(kind, error, traceback)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._value, name)
        if callable(value):
            return lambda *arguments, **named: Async(value(*arguments, **named))
        return Async(value) if hasattr(value, "_send") else value


def run_in_sync(story: Story, client: Any) -> None:
    """Run a story with a sync client."""
    steps = story(Async(client))
    try:
        steps.send(None)
    except StopIteration:
        return
    steps.close()
    raise AssertionError("a story of a sync client cannot wait for anything else")
