"""The documentation's own words: headings, column titles and fixed sentences, in the languages that it speaks. Other languages get English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ...code import Markdown, markdown

NAMES: Mapping[str, str] = {
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
    "ko": "한국어",
    "pt": "Português",
    "ru": "Русский",
    "zh": "中文",
}

_LABELS: Mapping[str, tuple[str, str]] = {
    # headings
    "request": ("Request", "请求"),
    "hosts": ("Hosts", "请求域名"),
    "header": ("Header", "Header 参数"),
    "path": ("Path", "Path 参数"),
    "query": ("Query", "Query 参数"),
    "body": ("Body", "Body 参数"),
    "samples": ("Request samples", "请求示例"),
    "sync": ("Python", "Python"),
    "async": ("Python, async", "Python（异步）"),
    "curl": ("curl", "curl"),
    "answers": ("Responses", "应答"),
    "answer example": ("Example", "应答示例"),
    "errors": ("Errors", "错误码"),
    "own errors": ("Errors of this endpoint", "业务错误码"),
    "resource errors": ("Errors of this resource", "资源错误码"),
    "common errors": ("Common errors", "公共错误码"),
    "lost": ("If the response is lost", "未收到应答时"),
    "notes": ("Notes", "注意事项"),
    "links": ("Links", "相关链接"),
    "auth": ("Authentication", "身份认证"),
    "units": ("Units", "单位"),
    "facts": ("Common to all endpoints", "所有接口的共同说明"),
    "endpoints": ("Endpoints", "接口列表"),
    "events": ("Events", "事件通知"),
    "payload": ("Payload", "通知内容"),
    "receive": ("Receive the event", "接收通知"),
    "acknowledgement": ("Acknowledge the event", "应答通知"),
    "redelivery": ("If it is not acknowledged", "未应答时"),
    "install": ("Install", "安装"),
    "first call": ("A first call", "首次调用"),
    "using the client": ("Use the client", "使用客户端"),
    "making": ("Create a client", "创建客户端"),
    "calling": ("Call an endpoint", "调用"),
    "failing": ("Errors", "异常处理"),
    "repeating": ("Retries and failover", "自动重试"),
    "watching": ("Logging and hooks", "回调与日志"),
    "testing": ("Test your own code", "测试您的代码"),
    # columns
    "name": ("Name", "名称"),
    "type": ("Type", "类型"),
    "required": ("Required", "必填"),
    "meaning": ("Meaning", "含义"),
    "limit": ("Limit", "限制"),
    "example": ("Example", "示例"),
    "host": ("Host", "域名"),
    "description": ("Description", "说明"),
    "status": ("Status", "状态码"),
    "code": ("Code", "错误码"),
    "exception": ("Exception", "异常类"),
    "reason": ("Reason", "描述"),
    "remedy": ("Remedy", "解决方案"),
    "argument": ("Argument", "参数"),
    "endpoint": ("Endpoint", "接口"),
    "event": ("Event", "事件"),
    "sent to": ("Sent to", "通知地址"),
    "request line": ("Request line", "请求方式"),
    "absent": ("If absent", "缺省值"),
    "outcome": ("Outcome", "结果"),
    "call": ("Call", "调用"),
    # cells and phrases
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "depends": ("depends", "视情况"),
    "if": ("Required if {0}.", "当{0}时必填。"),
    "applies": ("Applies if {0}.", "适用条件：{0}。"),
    "any": ("any", "任意"),
    "object": ("object", "对象"),
    "string": ("string", "字符串"),
    "integer": ("integer", "整数"),
    "unit": ("Unit: {0}", "单位：{0}"),
    "default": ("If absent: {0}", "缺省值：{0}"),
    "encrypted": ("Encrypted on the wire.", "传输时加密。"),
    "plain text": ("plain text: {0}", "明文：{0}"),
    "secret": ("Secret, never shown.", "敏感信息，不予显示。"),
    "deprecated": ("Deprecated.", "已废弃。"),
    "no longer": ("Deprecated", "已废弃"),
    "since": ("Since {0}.", "自 {0} 起。"),
    "values above": ("Values of {0}: see above.", "{0} 的取值见上文。"),
    "fields above": ("Fields of {0}: see above.", "{0} 的字段见上文。"),
    "fields below": ("Fields of {0}: see below.", "{0} 的字段见下文。"),
    "datetime": ("RFC 3339, with offset", "RFC 3339 格式，带时区"),
    "date": ("YYYY-MM-DD", "YYYY-MM-DD"),
    "duration": ("ISO 8601", "ISO 8601"),
    "bytes": ("Base64", "Base64 编码"),
    "file": ("raw bytes", "原始字节"),
    "media": ("media type {0}", "媒体类型 {0}"),
    "sent as": ("sent as {0}", "形如 {0}"),
    "one of schemes": ("one of these", "任选其一"),
    "media of body": ("Media type of the body.", "请求体的媒体类型。"),
    "name on site": ("Name at the provider", "接口英文名"),
    "updated": ("The provider's page was last updated on {0}.", "官方页面更新时间：{0}"),
    "comma": ("{0}, {1}", "{0}、{1}"),
    "semicolon": ("{0}; {1}", "{0}；{1}"),
    "sentences": ("{0} {1}", "{0}{1}"),
    "kind": ("{0} ({1})", "{0}（{1}）"),
    "fact": ("{0}: {1}", "{0}：{1}"),
    "and no": ("{0}, no {1}", "{0}、{1}"),
    # sentences
    "error parts": ("The body of an error has {0}.", "错误应答体中，{0}。"),
    "code at": ("its code at {0}", "错误码位于 {0}"),
    "message at": ("its message at {0}", "错误信息位于 {0}"),
    "detail at": ("its detail at {0}", "错误详情位于 {0}"),
    "star": ("`*` stands for any characters of a name.", "`*` 代表字段名中的任意字符。"),
    "success": (
        "A response of status 2xx whose code is not {0} is an error, too.",
        "状态码为 2xx 但错误码不是 {0} 的应答同样是错误。",
    ),
    "no code": ("A response of status 2xx that has a code is an error, too.", "状态码为 2xx 但带有错误码的应答同样是错误。"),
    "whole body": ("The body is one value: {0}", "请求体为单个值：{0}"),
    "whole answer": ("The response is one value: {0}", "应答体为单个值：{0}"),
    "no content": ("No content; the call returns `None`.", "无应答包体，调用返回 `None`。"),
    "raw answer": ("Raw bytes; the call returns `bytes`.", "原始字节，调用返回 `bytes`。"),
    "raw answer within": ("Raw bytes ({0}); the call returns `bytes`.", "原始字节（{0}），调用返回 `bytes`。"),
    "error body": ("Body of {0}", "{0} 的应答体"),
    "body of error": ("The exception has it as `body`.", "可通过异常的 `body` 获取。"),
    "answer headers": ("Response headers:", "应答头："),
    "unsigned": ("The response has no signature.", "应答不带签名。"),
    "safe": (
        "The request changes nothing. It is safe to send again, and the client retries it automatically.",
        "该请求不改变任何数据，可随时重新发送，客户端会自动重试。",
    ),
    "harmless": (
        "The request is idempotent. It is safe to send again, and the client retries it automatically.",
        "重复发送该请求不会产生副作用，可随时重新发送，客户端会自动重试。",
    ),
    "keyed": (
        "The server recognises a repeated request by {0}, so the same request may be sent again, and the client does so by itself.",
        "服务端通过 {0} 识别重复请求，因此可以重新发送相同的请求，客户端会自动重试。",
    ),
    "unrepeatable": (
        "The client sends this request again by itself only if it never reached the server, or the server says that it has not been carried out (too many requests, an expired token). If the answer is lost, the exception's `outcome` is `unknown`.",
        "仅当请求未到达服务端，或服务端表明请求未被处理（请求过于频繁、凭证过期）时，客户端才会自动重发；未收到应答时，异常的 `outcome` 为 `unknown`。",
    ),
    "ask": ("Ask {0} what became of it.", "可通过 {0} 查询处理结果。"),
    "none": ("The endpoints need no authentication.", "调用接口无需认证。"),
    "several schemes": ("There are several schemes; the page of each endpoint names those that it accepts.", "认证方式有多种，各接口支持的方式见其页面。"),
    "authenticated by": ("Requests carry {0}. Arguments of the client:", "认证方式：{0}。创建客户端时需提供："),
    "untranslated": ("Parts of this page are not translated yet.", "本页部分内容尚未翻译。"),
    "missing": ("This page has no {0} yet.", "本页暂无：{0}。"),
    "generated from": (
        "Client and documentation, generated by specloom from {0}. Edit the spec, not these files.",
        "本项目的客户端与文档由 specloom 根据 {0} 生成；请修改规格文件，而不是这些文件。",
    ),
    "more of the client": (
        "Options, errors, retries, and tests without the service: {0}.",
        "调用的行为、异常处理以及脱离真实服务的测试，见{0}。",
    ),
    "pages": ("Reference of all endpoints: {0}.", "各接口的文档：{0}。"),
    "async in short": ("{0} has the same methods to `await`.", "{0} 提供相同的方法，使用 `await` 调用。"),
    "testing in short": (
        "To test your code without the service: {0} provides pytest fixtures, {1} starts a mock server.",
        "测试使用本客户端的代码而不访问真实服务：{0} 提供 fixture，{1} 启动模拟服务器。",
    ),
    "errors in short": (
        "Every error is an `errors.Error`. Its `outcome` says what became of the request: `not_sent`, `rejected`, `unknown` or `done`.",
        "所有异常均为 `errors.Error` 的子类，其 `outcome` 说明请求的结果：`not_sent`（未发出）、`rejected`（被拒绝）、`unknown`（未知）或 `done`（已完成）。",
    ),
    "setting": ("the address in {0}", "{0} 所设置的地址"),
    "whole payload": ("The payload is one value: {0}", "通知内容为单个值：{0}"),
    "no proof": (
        "Deliveries are not authenticated, and the client accepts all of them: anyone who knows the address can send one.",
        "通知不带任何来源证明，客户端会直接信任：任何知道通知地址的人都可以发送通知。",
    ),
    "your proof": (
        "The client refuses every delivery until it can verify them: `client.webhooks.with_options(verify=…)` takes a function of headers and raw body.",
        "客户端需要知道如何验证通知的来源，否则拒绝所有通知：`client.webhooks.with_options(verify=…)`，参数为请求头与请求体原始字节的函数。",
    ),
    "plain acknowledgement": (
        "A status from 200 to 299 acknowledges the event; any other does not.",
        "状态码 200 至 299 表示接收成功，其他状态码表示接收失败。",
    ),
    "plain redelivery": (
        "An event may be delivered more than once; make your handler idempotent.",
        "同一通知可能多次送达，请自行去重。",
    ),
    # what a page may have none of
    "a title": ("title", "标题"),
    "a description": ("description", "说明"),
    "an example": ("example", "示例"),
    "an answer": ("response", "应答"),
    "a reason": ("reason of error {0}", "错误 {0} 的描述"),
    "a meaning": ("meaning of {0}", "{0} 的含义"),
}  # fmt: skip


def name_of(language: str) -> str:
    """What a language calls itself."""
    return NAMES.get(language.split("-")[0], language)


def spoken(language: str) -> str:
    """The language, of those that this module speaks, for texts in another: its main language, or English."""
    return "zh" if language.split("-")[0] == "zh" else "en"


def words(key: str, language: str, *values: Markdown) -> Markdown:
    """A label in a language, filled in."""
    return said(_LABELS[key], language, *values)


def said(text: tuple[str, str], language: str, *values: Markdown) -> Markdown:
    """A text in English and in Chinese, in the one of these that a language gets, filled in."""
    english, chinese = text
    return markdown.sentence(chinese if spoken(language) == "zh" else english, *values)


@lru_cache
def headings(language: str) -> Mapping[str, Markdown]:
    """The labels without holes, as templates use them: `_` for blanks in their names."""
    return {key.replace(" ", "_"): words(key, language) for key in _LABELS if "{0}" not in _LABELS[key][0]}
