"""What is true of every generated client, in the languages that the documentation speaks: the texts of the page on using it."""

from __future__ import annotations

from typing import TypeAlias

Said: TypeAlias = tuple[str, str]
"""In English and in Chinese."""

MAKING: tuple[Said, ...] = (
    (
        "{0} is the sync client; {1} is the async client and has the same methods to `await`.",
        "{0} 用于同步代码；{1} 提供相同的方法，使用 `await` 调用。",
    ),
    (
        "A client is safe to share: the sync client between threads, the async client between tasks. Create it once: it keeps connections open until `close()` or the end of its `with` block.",
        "一个客户端可供多个线程（异步客户端可供多个任务）共用，只需创建一次；连接会一直保持，直到调用 `close()` 或 `with` 语句块结束。",
    ),
    (
        "`client.with_options(deadline=60)` returns a client with other options that shares connections, keys and tokens.",
        "`client.with_options(deadline=60)` 返回一个选项不同的客户端，与原客户端共用连接、密钥和凭证。",
    ),
    (
        "A missing or invalid option raises `errors.ConfigError` when the client is created, before anything is sent.",
        "缺少参数或参数类型错误时，创建客户端即抛出 `errors.ConfigError`，此时未发出任何请求。",
    ),
)

OPTIONS: tuple[tuple[str, str, Said], ...] = (
    ("deadline", "30.0", ("Total timeout of a call in seconds, retries and backoff included.", "一次调用的总时限（秒），包括所有尝试及其间隔。")),
    ("attempts", "3", ("Maximum number of attempts of a call; 1 disables retries.", "一次调用最多发送的次数；1 表示从不重试。")),
    ("strict", "False", ("Raise an error for a response that does not match its documentation, instead of logging the mismatch.", "应答与文档不符时抛出异常，而不是宽松解析。")),
    (
        "answer_limit", "",
        ("Maximum size of a response in bytes, after decompression; 8 MiB by default, or the documented size of a larger file.", "应答解压后的最大字节数；默认为 8 MiB，文档所列文件更大时以文档为准。"),
    ),
    ("hosts", "", ("Base URLs in place of the documented ones, the primary first; https, or http on this machine.", "替代文档所列域名的请求地址，主域名在前；须为 https，本机可用 http。")),
    ("proxy", "", ("URL of a proxy; proxies in environment variables are ignored.", "代理的 URL；不使用环境变量中的代理。")),
    ("ssl_context", "", ("TLS settings, such as your own certificate authorities; a context that does not verify servers is refused.", "用于自有 CA 证书；不验证服务端证书的上下文会被拒绝。")),
    ("transport", "", ("Transport of the HTTP library, such as that of a mock.", "用于发送请求的 HTTP 库 transport，例如模拟服务器的 transport。")),
    ("user_agent", "", ("Name of your product, sent before the name of the client.", "您的产品名称，置于客户端自身名称之前。")),
    ("on_request", "", ("Hook before each attempt; gets the endpoint, method, host and path.", "每次尝试之前调用，参数为请求的内容与目标。")),
    ("on_response", "", ("Hook after each attempt; gets the status or the error, and the duration in seconds.", "每次尝试之后调用，参数为状态码或错误，以及耗时（秒）。")),
    ("on_retry", "", ("Hook before each retry; gets the error and the delay in seconds.", "每次重试之前调用，参数为错误与等待时间。")),
)  # fmt: skip

CALLING: tuple[Said, ...] = (
    (
        "A method checks its arguments, sends the request and returns the typed response. An invalid argument raises `errors.InvalidRequest`, which names the field, before anything is sent.",
        "方法会检查参数、发送请求并返回类型化的应答。参数错误时，在发送之前抛出 `errors.InvalidRequest` 并指明字段。",
    ),
    (
        "A call is also a value: the functions in {0} take the same arguments and return a `Call`, which can be inspected, queued, and sent by either client. `client.send(call)` returns a `Response` with `.value`, `.status`, `.headers`, `.request_id` and `.content`.",
        "调用本身是一个值：{0} 中的函数接受相同的参数并返回 `Call`，可以查看、排队，并由任一客户端发送。`client.send(call)` 返回 `Response`，包含 `.value`、`.status`、`.headers`、`.request_id` 和 `.content`。",
    ),
    (
        "Responses are decoded leniently: an unknown field is ignored, an unknown enum value is kept (`status.value`), and a missing field or a value of another type is logged as a mismatch and kept as received. With `strict=True` a mismatch raises `errors.ProtocolError`, which has the raw bytes.",
        "应答按宽松方式解析：忽略未知字段，保留未知的枚举值（`status.value`），缺失或类型不符的字段会记入日志并原样保留。设置 `strict=True` 时，后两种情况抛出 `errors.ProtocolError`，其中包含原始字节。",
    ),
    ("Numbers are never converted to float unless they are documented as floating point.", "除文档注明为浮点数的字段外，数值均不经过浮点数转换。"),
)

OUTCOME: Said = (
    "Every error is an `errors.Error`. Its `.outcome` says what became of the request, over all attempts:",
    "所有异常均为 `errors.Error` 的子类，其 `.outcome` 说明请求（包括所有尝试）的最终结果：",
)
OUTCOMES: tuple[tuple[str, Said, Said], ...] = (
    ("not_sent", ("The request never reached the server: an invalid argument, no connection.", "请求未到达服务端：参数错误，或无法连接。"), ("Fix the argument, or call again.", "修正后重新调用，或直接重新调用。")),
    ("rejected", ("The server refused the request and did nothing.", "服务端拒绝了请求，未做任何处理。"), ("See `.code`, `.reasons` and `.remedies`.", "查看 `.code`、`.reasons` 和 `.remedies`。")),
    ("unknown", ("The request may have been executed: the response was lost or cannot be trusted.", "请求可能已被执行：应答丢失或不可信。"), ("Ask first: the message and `.ask` name the endpoint. If `.safe` is true, call again.", "先查询结果：异常信息与 `.ask` 给出查询接口。若 `.safe` 为真，可直接重新调用。")),
    ("done", ("The request was executed, but its response cannot be returned.", "请求已执行，但无法返回应答。"), ("Do not send it again.", "不要重新发送。")),
)  # fmt: skip

FAILING: tuple[Said, ...] = (
    (
        "`.retry` says whether the same request can succeed: `never`, `same` (unchanged, at once), `later`, or with a new `token`.",
        "`.retry` 说明相同的请求稍后能否成功：`never`（不能）、`same`（可直接重发）、`later`（稍后重发）或 `token`（更换凭证后重发）。",
    ),
    (
        "Each documented error code has its own class, named on the page of the endpoint; any other code is an `errors.ApiError`. All have `.status`, `.code`, `.message` and `.request_id`.",
        "每个有文档说明的错误码都有对应的异常类，见各接口页面；其他错误码为 `errors.ApiError`。异常包含 `.status`、`.code`、`.message` 和 `.request_id`。",
    ),
    (
        "Status 500 or 504 leaves the outcome `unknown`, unless the error's documentation says that nothing was done.",
        "状态码为 500 或 504 时结果为 `unknown`，除非该错误的说明表明请求未被处理。",
    ),
    ("`.attempts` and `.hosts` say how often and where the request was sent.", "`.attempts` 和 `.hosts` 说明请求发往何处、发送了几次。"),
)

REPEATING: tuple[Said, ...] = (
    (
        "Retries are automatic within the deadline. The client retries every request that did not reach the server, was rate limited (429) or had an expired token. After a lost response or a 5xx status it retries only requests whose page says that they are safe to send again.",
        "可以重试的请求会在总时限内自动重试：未到达服务端、请求过于频繁（429）或凭证过期的请求均会重试；应答丢失或状态码为 5xx 时，仅重试页面注明重复发送无副作用的请求。",
    ),
    (
        "Each attempt sends the same bytes with new authentication. The backoff is exponential with full jitter; `Retry-After` is respected, and a delay that would pass the deadline ends the call at once.",
        "每次尝试发送相同的字节，并重新生成认证信息。等待时间随机并逐次加倍；遵守 `Retry-After`，超过总时限的等待会直接放弃。",
    ),
    (
        "If a host fails, the client switches to the next host at once. After a cool-down of 30 seconds, one call tries the failed host again.",
        "域名发生故障时立即切换到备用域名，半分钟后由一次调用重新尝试主域名。",
    ),
    (
        "A retry budget prevents retry storms: of many calls that fail together, one in ten is retried, and ten more.",
        "大量调用同时失败时只重试其中少数（十分之一另加十次），以免形成重试风暴。",
    ),
)

WATCHING: tuple[Said, ...] = (
    (
        "The hooks `on_request`, `on_response` and `on_retry` see every attempt; their arguments hold no secrets. Hooks of the async client may be async.",
        "`on_request`、`on_response` 和 `on_retry` 会收到每次尝试的信息，其中不含任何敏感信息；异步客户端的回调可以是异步函数。",
    ),
    (
        "The text, traceback and pickle of an error hold no secret of the request: a secret that the server quotes is replaced by \"…\". Only `error.content` has the unchanged bytes of the response. The client does not control the variables of your own functions.",
        "错误的文本、回溯和 pickle 中不含请求的敏感信息：服务端回显的敏感信息以“…”代替，只有 `error.content` 保留应答的原始字节。您自己函数中的变量不受客户端控制。",
    ),
    ("The logger {0} records retries at level INFO and each response at DEBUG.", "日志记录器 {0}：重试为 INFO 级别，每个应答为 DEBUG 级别。"),
)

RECEIVING: tuple[Said, ...] = (
    (
        "`client.webhooks.receive(headers, body)` takes the headers as your framework provides them (WSGI's environ and ASGI's pairs included) and the raw bytes of the body. It verifies the delivery and returns one of `events`, or an `events.UnknownEvent` with the payload. In the async client, `await` it.",
        "`client.webhooks.receive(headers, body)` 接受框架提供的请求头（也可以是 WSGI 的 environ 或 ASGI 的键值对）和请求体的原始字节，返回 `events` 中的某个事件；未知的事件返回 `events.UnknownEvent` 及其内容。异步客户端使用 `await` 调用。",
    ),
)

REFUSED: Said = ("A delivery that is refused raises a subclass of `errors.EventError`:", "被拒绝的通知为 `errors.EventError` 的子类：")
REFUSALS: tuple[tuple[str, Said, Said], ...] = (
    ("ForgedEvent", ("The signature does not verify: the sender is unknown, the provider tests whether you verify, or a framework parsed and re-encoded the body.", "无法证明其真实性：来自他人、平台的验签探测，或请求体已被框架解析并重新序列化。"), ("Pass the raw bytes; ignore the rest.", "传入原始字节；其余忽略即可。")),
    ("StaleEvent", ("Its timestamp differs too much from the time of this computer.", "通知时间与本机时间相差过大。"), ("Correct the clock.", "校准时钟。")),
    ("ReplayedEvent", ("The same delivery was received before.", "同一份通知此前已收到。"), ("Nothing; a genuine redelivery has a new signature.", "无需处理；真正的重发会重新签名。")),
    ("OversizedEvent", ("It is larger than 1 MB.", "超过 1 MB。"), ("`client.webhooks.with_options(limit=…)`", "`client.webhooks.with_options(limit=…)`")),
    ("UndecryptableEvent", ("The payload is encrypted with another key.", "通知内容由其他密钥加密。"), ("Check the key of the client.", "检查提供给客户端的密钥。")),
    ("MalformedEvent", ("It is genuine, but does not match its documentation.", "来源真实，但与文档不符。"), ("See `error.content`.", "内容见 `error.content`。")),
)  # fmt: skip

SHARING: tuple[Said, ...] = (
    (
        "For replay protection across processes, pass `client.webhooks.with_options(replays=…)` an object whose `add(key, seconds)` stores a key and returns whether it is new; with Redis, `bool(redis.set(key, 1, nx=True, ex=seconds))`.",
        "多个进程通过 `client.webhooks.with_options(replays=…)` 共享已收到的通知：该对象的 `add(key, seconds)` 记住一个键并返回其是否为新键；使用 Redis 时为 `bool(redis.set(key, 1, nx=True, ex=seconds))`。",
    ),
)

TESTING: Said = (
    "The client includes a mock of the service, which checks credentials and every argument as the service does.",
    "客户端自带模拟服务器，会检查真实服务所检查的内容：认证信息与每个参数。",
)
MOCKING: tuple[Said, ...] = (
    (
        "In process: `mock.client()` and `mock.async_client()` return clients of the mock, `mock.transport` is a `transport=` for other clients, and `mock.asgi` is an ASGI application.",
        "进程内使用：`mock.client()` 和 `mock.async_client()` 是访问模拟服务器的客户端，`mock.transport` 可用作其他客户端的 `transport=`，`mock.asgi` 是 ASGI 应用。",
    ),
    (
        "As a server, also for programs in other languages: {0}. It prints a client with generated keys; `GET /_mock/` lists its commands.",
        "作为服务器使用，也可供其他语言的程序访问：{0}。它会打印带有专用密钥的客户端；`GET /_mock/` 列出全部命令。",
    ),
    (
        "An endpoint without built-in behaviour responds with its documented example, or with a minimal value of its type. {1} lists everything the mock can do.",
        "没有专门行为的接口以文档示例应答，没有示例的以符合类型的最小值应答。{1} 列出模拟服务器的全部功能。",
    ),
)

STEERING: tuple[tuple[str, Said], ...] = (
    ("mock.fail(code)", ("Respond with a documented error, or with any error if `status=` is given.", "以有文档说明的错误应答；指定 `status=` 时可为任意错误。")),
    ("mock.reply(body, status=…, headers=…)", ("Respond with this body: a model, JSON values or bytes.", "以指定内容应答：模型、JSON 值或字节。")),
    ("mock.fault(kind, seconds=…)", ("Simulate a network fault: `delay`, `reset`, `truncate`, `outage` and others.", "模拟故障：`delay`、`reset`、`truncate`、`outage` 等。")),
    ("endpoint=, times=, chance=", ("Options of the three above: one endpoint, number of times, probability.", "以上方法均可指定：针对某个接口、次数、概率。")),
    ("mock.clear()", ("Remove all stubs and faults.", "取消以上全部设置。")),
    ("mock.ledger", ("What the service executed; see below.", "服务端实际执行的请求，见下文。")),
    ("mock.calls", ("Requests received: endpoint, typed arguments and body, status, all bytes.", "收到的请求：接口、类型化的参数与请求体、状态码、全部字节。")),
    ("mock.advance(60)", ("Advance the clock of the mock by 60 seconds.", "让时间前进若干秒。")),
)  # fmt: skip

STEERING_EVENTS: tuple[tuple[str, Said], ...] = (
    ("mock.webhook = …", ("Receiver of events: a URL on this machine, or a function of headers and body.", "事件的接收者：本机的 URL，或以请求头和请求体为参数的函数。")),
    ("mock.notify(event, payload)", ("Send an event; with `fault=`, one that a receiver must refuse. `mock.deliveries` records all.", "发送事件；指定 `fault=` 时发送应被拒绝的事件。`mock.deliveries` 为全部发送记录。")),
)  # fmt: skip

LEDGER: tuple[Said, ...] = (
    (
        "`mock.ledger` has one entry for each execution: `.endpoint`, `.time`, `.key` (the idempotency key), `.status`, `.request_id`, `.delivered` (whether a response arrived) and `.received` (how many requests with this key came). Queries are left out; `mock.ledger.clear()` empties it. Over HTTP: `GET` and `DELETE /_mock/ledger`.",
        "`mock.ledger` 中每次执行对应一项：`.endpoint`、`.time`、`.key`（幂等键）、`.status`、`.request_id`、`.delivered`（应答是否送达）和 `.received`（收到多少个带有该键的请求）。查询类接口不计入；`mock.ledger.clear()` 清空记录。也可通过 HTTP 访问：`GET` 与 `DELETE /_mock/ledger`。",
    ),
    (
        "A request whose response is lost (`reset`, `truncate`, `delay`) was executed. One that is refused, that meets a stub error or that comes during an `outage` was not. `mock.fault(\"reset\", executed=False)` breaks the connection before the execution; `mock.fail(code, executed=True)` responds with the error after it.",
        "应答丢失的请求（`reset`、`truncate`、`delay`）已被执行；被拒绝、命中预设错误或在 `outage` 期间发出的请求未被执行。`mock.fault(\"reset\", executed=False)` 在执行之前断开连接；`mock.fail(code, executed=True)` 在执行之后返回该错误。",
    ),
    (
        "A request whose idempotency key is known is not executed again: it gets the response of the first execution.",
        "幂等键已存在的请求不会再次执行，返回首次执行的应答。",
    ),
    (
        "Test your own code against it, above all code that retries: put it in place of the call.",
        "请用它检验您自己的代码，尤其是重新发送请求的部分：以您的代码替换其中的调用。",
    ),
)
