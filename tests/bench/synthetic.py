"""Synthetic spec of any size, with ten endpoints for each resource, modelled on the documentation of real APIs.

`emporium/` has the texts, with `$names` for the names of resources, the only difference between them. So a spec of 1,000 endpoints is a
hundred times one of 10, and any faster growth is caused by the generator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count, islice, product
from pathlib import Path
from string import Template

_EMPORIUM = Path(__file__).parent / "emporium"
_AREAS = {
    "sales": ("Sales", "销售"),
    "purchasing": ("Purchasing", "采购"),
    "logistics": ("Logistics", "物流"),
    "finance": ("Finance", "财务"),
    "service": ("Service", "客服"),
}
_NOUNS = {
    "orders": ("order", "订单"),
    "refunds": ("refund", "退款单"),
    "invoices": ("invoice", "发票"),
    "quotes": ("quote", "报价单"),
    "contracts": ("contract", "合同"),
    "shipments": ("shipment", "发货单"),
    "returns": ("return", "退货单"),
    "deposits": ("deposit", "押金"),
    "coupons": ("coupon", "优惠券"),
    "batches": ("batch", "批次"),
    "transfers": ("transfer", "调拨单"),
    "claims": ("claim", "理赔单"),
    "tickets": ("ticket", "工单"),
    "payouts": ("payout", "付款单"),
    "budgets": ("budget", "预算"),
    "audits": ("audit", "审核单"),
    "campaigns": ("campaign", "活动"),
    "receipts": ("receipt", "收据"),
    "bookings": ("booking", "预约单"),
    "samples": ("sample", "样品单"),
}


def synthetic(endpoints: int) -> dict[str, str]:
    """Return the files of a spec with this number of endpoints; the same number gives the same texts."""
    files = {name: _text(name) for name in ("_api.yaml", "_types.yaml")}
    head, body, types = re.split(
        r"^(?=endpoints:|types:)", _text("resource.yaml"), flags=re.MULTILINE
    )
    word, *bodies = re.split(r"^(?=  \w+:$)", body, flags=re.MULTILINE)
    for number, (path, names) in enumerate(islice(_resources(), -(-endpoints // len(bodies)))):
        chosen = bodies[: endpoints - number * len(bodies)]
        files[f"{path}.yaml"] = Template("".join((head, word, *chosen, types))).substitute(names)
        for note in ("get.md", "get.zh.md"):
            files[f"{path}.{note}"] = Template(_text(f"resource.{note}")).substitute(names)
    return files


def _text(name: str) -> str:
    return (_EMPORIUM / name).read_text("utf-8")


def _resources() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Paths of resources without end, and the names that fill their texts; after the last area comes `sales_2`."""
    for turn in count(1):
        for (area, (area_en, area_zh)), (noun, (one, zh)) in product(
            _AREAS.items(), _NOUNS.items()
        ):
            folder = area if turn == 1 else f"{area}_{turn}"
            yield f"{folder}/{noun}", {
                "path": f"{folder.replace('_', '-')}/{noun}",
                "module": f"{folder}.{noun}",
                "Type": f"{folder.title().replace('_', '')}{one.title()}",
                "CODE": f"{folder}_{one}".upper(),
                "no": f"{one}_no",
                "one": one,
                "some": noun,
                "zh": zh,
                "area": area_en,
                "area_zh": area_zh,
            }
