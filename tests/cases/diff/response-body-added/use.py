from shop import Shop


def fetch() -> None:
    return Shop().things.get()
