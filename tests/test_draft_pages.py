"""`specloom draft` of other kinds of pages: copied text of two sites, HTML and Markdown tables, readers of packages."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from specloom.cli import main
from specloom.importers.pages import Page, read

PAY = """\
查询茶单

更新时间:2025.03.04

商户下单后,可查询茶单的状态。

接口说明

支持商户:【普通服务商】

请求方式:【GET】/v3/tea-house/orders/{order_id}

请求域名:【主域名】https://api.mch.weixin.qq.com 就近接入

     【备域名】https://api2.mch.weixin.qq.com 异地接入

请求参数

Header  HTTP头参数

 Accept  必填 string

请设置为application/json

path  路径参数

 order_id  必填   string(32)

【茶单号】 下单时返回的单号

query  查询参数

 shop  选填   string(1,8)

【门店】 门店的编号

请求示例

curl

1curl -X GET \\
2  https://api.mch.weixin.qq.com/v3/tea-house/orders/T100?shop=S1 \\
3  -H "Accept: application/json"

应答参数

200 OK

 state  必填   string

【状态】 茶单的状态

可选取值：

BREWING：冲泡中

SERVED：已上茶

 total  必填   integer

【金额】 单位：分

 cups  选填   array[object]

【茶杯】 每一杯

属性

应答示例

200 OK

1{
2  "state" : "SERVED",
3  "total" : 300,
4  "cups" : [
5    { "size" : 200, "served_at" : "2025-03-04T12:00:00+08:00" }
6  ]
7}

错误码

公共错误码

状态码

错误码

描述

解决方案

401

SIGN_ERROR

验签失败

请检查签名

业务错误码

状态码

错误码

描述

解决方案

404

TEA_NOT_FOUND

没有该茶单

请检查茶单号
"""

WEIXIN = """\
# Stamp a tea card

Interface should be called on the server side, not in the front end

Interface English name: stampteacard

Puts a stamp on the card of a guest.

# 1. How to call

POST https://api.weixin.qq.com/tea/card/stamp?access_token=ACCESS_TOKEN

  • This interface does not support cloud calls

# 2. Request parameters

# Query parametersQuery String parameters

Parameter NametypeRequired to fill inIntroductions
access_tokenstringyesCredential

# Request BodyRequest Payload

Parameter NametypeRequired to fill inIntroductions
card_idstringyesCard id
countnumbernoNumber of stamps

# 3. Return Parameters

# Response Payload

Parameter NametypeIntroductions
errcodenumberError code
errmsgstringError message

# 5. Code examples

Example Requests

{
	"card_id": "C1",
	"count": 2
}

Return an example

{
	"errcode": 0,
	"errmsg": "ok",
	"stamps": 7
}

# 6. Error code

Error codeError DescriptionSolutions
40001the token is staleFetch a token

# 7. Scope of application

Official Account Service Account
"""

MARKDOWN = """\
# Order tea

Orders a pot of tea.

`POST https://tea.example.com/v1/tables/:table_id/pots`

## Request body

| Name | Type | Required | Description |
|---|---|---|---|
| `kind` | string(16) | yes | Kind of tea |
| `sugar` | integer | no | Lumps of sugar |
| `notes` | string[] | no | Notes for the kitchen |

## Response

| Name | Type | Description |
|---|---|---|
| `pot_id` | string | Number of the pot |

## Errors

| Status | Code | Description |
|---|---|---|
| 409 | TABLE_TAKEN | Somebody sits there. |
"""


@pytest.fixture(autouse=True)
def in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def draft(text: str, name: str = "page.txt") -> str:
    """Return all files of the draft of a page, which generates."""
    Path(name).write_text(text, "utf-8")
    assert main(["draft", name, "--api", "tea"]) == 0
    assert main(["generate"]) == 0
    files = sorted(Path("specs/tea").rglob("*.yaml"))
    return "\n".join(file.read_text("utf-8") for file in files)


def assert_facts(spec: str, *facts: str) -> None:
    assert [fact for fact in facts if fact not in spec] == []


def test_a_copied_page_of_wechat_pay() -> None:
    spec = draft(PAY)
    assert_facts(
        spec,
        "auth: wechatpay-v3",
        "languages: [zh]",
        "{url: https://api2.mch.weixin.qq.com, description: 备域名，异地接入}",
        "audience: {title: 支持商户, values: {sp: 普通服务商}}",
        "http: GET /v3/tea-house/orders/{order_id}",
        "updated: 2025-03-04",
        "order_id: {type: string(32), title: 茶单号, description: 下单时返回的单号, example: T100}",
        "shop?: {type: string(1..8)",
        "SERVED: 已上茶",
        "unit: fen",
        "size?: {type: integer, example: 200}",
        "served_at?: {type: datetime",
        "{status: 401, code: SIGN_ERROR, reason: 验签失败, remedy: 请检查签名}",
        "{status: 404, code: TEA_NOT_FOUND, reason: 没有该茶单, remedy: 请检查茶单号}",
        "query: {shop: S1}",
    )
    record = json.loads(Path(".specloom/drafts/tea/pages.json").read_text("utf-8"))
    basis = {each["way"][-1]: (each["basis"], each["line"]) for each in record["origins"]}
    assert basis["size?"][0] == "inferred"
    assert '"size"' in PAY.split("\n")[basis["size?"][1] - 1]
    assert basis["order_id"][0] == "stated"


def test_a_saved_page_has_the_facts_of_the_copied_one() -> None:
    copied = draft(PAY)
    html = "".join(f"<div>{line}</div>" for line in PAY.split("\n"))
    Path("saved.html").write_text(f"<html><body><script>no()</script>{html}</body></html>", "utf-8")
    assert main(["draft", "saved.html", "--api", "saved"]) == 0
    files = sorted(Path("specs/saved").rglob("*.yaml"))
    saved = "\n".join(file.read_text("utf-8") for file in files)
    assert saved.replace("saved", "tea").replace("Saved", "Tea") == copied


def test_a_copied_page_of_weixin() -> None:
    assert_facts(
        draft(WEIXIN),
        "auth: weixin-access-token",
        "languages: [en]",
        "http: POST /tea/card/stamp",
        "name_on_site: stampteacard",
        "description: Puts a stamp on the card of a guest.",
        'cloud: "no"',
        "accounts: [official, service]",
        "card_id: {type: string, title: Card id, example: C1}",
        "count?: {type: integer, title: Number of stamps, example: 2}",
        "stamps?: {type: integer, example: 7}",
        "retry: token",
        "success: 0",
    )


def test_a_markdown_page_with_tables() -> None:
    assert_facts(
        draft(MARKDOWN, "tea.md"),
        "url: https://tea.example.com",
        "http: POST /v1/tables/{table_id}/pots",
        "title: Order tea",
        "kind: {type: string(16), title: Kind of tea}",
        "sugar?: {type: integer, title: Lumps of sugar}",
        "notes?: {type: list<string>, title: Notes for the kitchen}",
        "pot_id?: {type: string, title: Number of the pot}",
        "{status: 409, code: TABLE_TAKEN, reason: Somebody sits there.}",
    )


MANY = """\
---
title: Kitchen
---
## Examples for POST /v1/orders

They are at the end.

## Order tea

```
POST /v1/orders
```
Sends an order to the
kitchen.

**Weight:**
1

**Parameters:**

Name | Type | Mandatory | Comments
------ | ------ | ------ | ------
[pot](../pot#pot) | STRING | <b>true</b> | Kind of pot <ul><li>One of two</li></ul>
 guests | array | NO | Who drinks
 └ name | ?string | YES | Name
 m | LONG | NO |
 M | LONG | NO |

**Response:**

```javascript
[{"id": 7, // newest first
  "cups": [{"size": "L"}]}]
```

### Cups
<Endpoint method="GET" url="/v1/cups/[\\{cup.id\\}](/cups#cup)" />

### Query Parameters
| Parameter | Required | Type |
|:----- |:-------|:-----|
| cup.id | true | string |
| full | false | boolean |

### Response Parameters
| Parameter | Type | Comments |
|:----- |:-----|----- |
| size | string | Size of the cup |

### Response Example
```json
{"code": 0, "result": {"size": "L", "hot": true}}
```

### Materials
| Material | Price |
|---|---|
| clay | 3 |
"""


def test_a_page_with_many_operations() -> None:
    """Without bars at the ends of rows, with nested rows, a tag for the route, and an example that shows where the fields are."""
    spec = draft(MANY, "many.md")
    assert_facts(
        spec,
        "http: POST /v1/orders",
        "title: Order tea",
        "Sends an order to the kitchen.",
        "title: Cups",
        "path: {cup_id: string}",
        "pot: {type: string, description: Kind of pot; One of two}",
        "name: {type: string?, title: Name}",
        "M?: {type: integer, as: m_2}",
        "200: list<CreateItem>",
        "size?: {type: string, example: L}",
        "http: GET /v1/cups/{cup_id}",
        "full?: boolean",
        "code?: {type: integer, example: 0}",
        "size?: {type: string, title: Size of the cup, example: L}",
    )
    facts = read(Page("many.md", MANY))
    remarks = [f"{each.line} {each.construct}: {each.message}" for each in facts.remarks]
    assert remarks == [
        "4 operation: `POST /v1/orders is described twice; the longer one counts`",
        "56 table: `Material, Price`",
    ]


def test_an_html_page_with_tables() -> None:
    spec = draft(
        """<!doctype html><h1>Pour</h1><p><code>GET /v1/pots/{pot_id}</code></p><h2>Query</h2><table>
        <tr><th>Parameter</th><th>Type</th><th>Required</th><th>Description</th></tr>
        <tr><td>warm</td><td>boolean</td><td>No</td><td>Keep it <b>warm</b></td></tr></table>""",
        "pour.html",
    )
    assert_facts(spec, "http: GET /v1/pots/{pot_id}", "warm?: {type: boolean, title: Keep it warm}")


def test_the_review_shows_both_sides(tmp_path: Path) -> None:
    Path("page.txt").write_text(PAY + "\n<script>alert(1)</script>\n", "utf-8")
    assert main(["draft", "page.txt", "--api", "tea", "--review", "review.html"]) == 0
    html = Path("review.html").read_text("utf-8")
    assert "<script>alert" not in html
    line = next(at for at, text in enumerate(PAY.split("\n"), 1) if "order_id  必填" in text)
    assert f'<li id="p0-{line}" class="stated" data-to="s' in html
    assert 'class="unread"><span>&lt;script&gt;' in html


def test_a_missing_parser_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.md").write_text("# Query\n\n`GET /things`\n")
    monkeypatch.chdir(tmp_path)
    for name in [each for each in sys.modules if ".importers.pages.readers." in each]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    assert main(["draft", "page.md", "--api", "things"]) == 2
    assert 'pip install "specloom[draft]"' in capsys.readouterr().err
