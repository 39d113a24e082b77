"""`specloom draft` of pages with TypeScript interfaces: facts, their lines, and newer copies of pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from specloom.cli import main

PAGE = """\
---
title: 寄茶
description: 向用户寄送茶叶小样。
---

# {{ $frontmatter.title }} {#post}

{{ $frontmatter.description }} [官方文档](https://tea.example/docs/send)

```js twoslash
// @filename: virtual.ts
namespace WeChatPay.OpenAPI.V3.TeaHouse.Samples._sample_id_.SendOut.PostHttpMethod {
  export interface JsonDataRequest {
    sub_mchid?: string
    kind: 'GREEN' | 'BLACK'
    phone: string
    items: {
      weight: number
      tags: string[]
    }[]
  }
  export interface RequestConfig extends AxiosRequestConfig {
    data?: JsonDataRequest
    sample_id: string
    headers: {
      'Wechatpay-Serial': string
    }
  }
  export interface WellformedResponse {
  }
}
// @filename: business.js
wxpay.v3.teaHouse.samples._sample_id_.sendOut.post({
  phone: Rsa.encrypt('13900000000', key),
}, { sample_id, })
.then(({ status }) => status === 202)
```
"""

EVENT = """\
---
title: 茶叶已寄出
description: 寄出后通知商户。
---

# {{ $frontmatter.title }} {#post}

```json
{
  "id": "EV-1",
  "event_type": "TEA.SENT",
  "resource": {"ciphertext": "..."}
}
```

```json
{
  "sample_id": "S1",
  "boxes": [{"weight": 50}]
}
```

```js twoslash
/**
 * @typedef PlainObject
 * @prop {string} sample_id
 * @prop {string} courier
 */
```
"""


@pytest.fixture(autouse=True)
def in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("send.md").write_text(PAGE, "utf-8")
    Path("sent.md").write_text(EVENT, "utf-8")


def spec(file: str) -> str:
    return Path("specs/tea", file).read_text("utf-8")


def test_a_page_becomes_a_spec_that_generates() -> None:
    assert main(["draft", "send.md", "--api", "tea"]) == 0
    assert spec("tea_house/samples.yaml") == """\
title: Samples

endpoints:
  send_out:
    http: POST /v3/tea-house/samples/{sample_id}/send-out
    title: 寄茶
    description: 向用户寄送茶叶小样。
    links: [{title: 官方文档, url: https://tea.example/docs/send}]
    path: {sample_id: string}
    body:
      sub_mchid?: string
      kind: string('GREEN' | 'BLACK')
      phone: {type: string, encrypted: true}
      items: {type: list<object>, fields: {weight: integer, tags: list<string>}}
    responses:
      202: null
"""
    assert "auth: wechatpay-v3" in spec("_api.yaml")
    assert main(["generate"]) == 0


def test_each_fact_has_its_line_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", "send.md", "sent.md", "--api", "tea", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert ["guessed", "integer"] in [[row["outcome"], row["construct"]] for row in rows]
    record = json.loads(Path(".specloom/drafts/tea/pages.json").read_text("utf-8"))
    lines = {tuple(each["way"][1:]): each for each in record["origins"]}
    for way, text in {
        ("send_out", "title"): "title: 寄茶",
        ("send_out", "body", "items", "fields", "weight"): "weight: number",
        ("send_out", "links", "0"): "[官方文档]",
        ("send_out", "responses", "202"): "status === 202",
    }.items():
        assert text in PAGE.split("\n")[lines[way]["line"] - 1]
    boxes = lines["TEA.SENT", "payload", "boxes?", "fields", "weight?"]
    assert "weight" in EVENT.split("\n")[boxes["line"] - 1]
    assert boxes["basis"] == "inferred"


def test_the_example_of_an_event_says_what_its_type_does_not() -> None:
    assert main(["draft", "sent.md", "--api", "tea"]) == 0
    assert "courier?: string" in spec("events/tea.yaml")
    assert "weight?: {type: integer, example: 50}" in spec("events/tea.yaml")
    assert main(["generate"]) == 0


def test_a_newer_copy_of_a_page_is_merged_and_edits_stay(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["draft", "send.md", "--api", "tea"]) == 0
    file = Path("specs/tea/tea_house/samples.yaml")
    file.write_text(
        spec("tea_house/samples.yaml").replace("title: Samples", "title: 小样"), "utf-8"
    )
    newer = PAGE.replace("    phone: string\n", "    phone: string\n    note: string\n")
    Path("copy.md").write_text(newer, "utf-8")
    capsys.readouterr()
    assert main(["draft", "copy.md", "sent.md", "--api", "tea"]) == 0
    assert "`note`" in capsys.readouterr().out
    text = spec("tea_house/samples.yaml")
    assert "note: string" in text
    assert "title: 小样" in text
    assert "TEA.SENT" in spec("events/tea.yaml")


def test_a_page_that_says_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("poem.txt").write_text("Tea is drunk\nin the evening.\n", "utf-8")
    assert main(["draft", "poem.txt", "--api", "tea"]) == 2
    error = capsys.readouterr().err
    assert "poem.txt" in error
    assert "no reader knows this kind of page" in error
    assert not Path("specs").exists()
