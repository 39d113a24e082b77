from shop import Shop

remark: str | None = None
Shop().things.make(name="tea", note=remark)
