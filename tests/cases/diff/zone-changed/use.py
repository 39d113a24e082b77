from datetime import UTC, datetime

from shop import Shop

Shop().things.make(name="tea", value=datetime.now(UTC))
print(Shop().things.get().value < datetime.now(UTC))
