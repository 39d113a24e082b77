from datetime import UTC, datetime

from shop import Shop

Shop().things.make(name="tea", value=datetime.now(UTC))
moment: datetime = Shop().things.get().value
