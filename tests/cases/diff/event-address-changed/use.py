from shop import events


def handle(event: events.AnyEvent) -> str:
    match event:
        case events.ThingMade():
            return event.payload.name
        case events.ThingLost():
            return f"{event.name}: {event.payload.name}"
        case _:
            return "unknown"
