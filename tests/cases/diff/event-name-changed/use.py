from shop import events


def is_lost(event: events.ThingLost) -> bool:
    return event.name == "thing.lost"
