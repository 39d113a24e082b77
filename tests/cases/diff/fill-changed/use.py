from datetime import UTC, datetime

from shop import Shop

Shop().things.make(name="tea", at=datetime.now(UTC))
