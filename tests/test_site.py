"""`specloom docs`: the site in a browser, what is in it, and what a failed run leaves."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, sync_playwright
from selectolax.lexbor import LexborHTMLParser
from tests.generated import ROOT

from specloom.code import markdown
from specloom.diagnostics import UsageError
from specloom.site import generator
from specloom.site.commonmark import for_python_markdown

PAGE = "wechatpay/orders/create_jsapi/"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def specloom_docs(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "specloom", "docs", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this repository, written once for all workers."""
    shared = tmp_path_factory.getbasetemp().parent
    folder = shared / f"site-of-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    with open(shared / "site-lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            process = specloom_docs("--out", str(folder))
            assert process.returncode == 0, process.stderr
            assert process.stderr == ""  # no link or anchor is broken
            assert re.search(r": \d+ pages of 2 clients in en, zh\n", process.stdout)
    return folder


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site)))
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Tab:
    """A page of the browser that records requests to other hosts and messages of the console."""

    def __init__(self, browser: Browser, address: str, width: int = 1280) -> None:
        self.address = address
        self.problems: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": 800}, locale="zh-CN")
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._check(request.url))

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "data:", f"blob:{self.address}")):
            self.problems.append(url)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Tab]:
    tab = Tab(browser, address)
    yield tab
    tab.page.close()
    assert tab.problems == []


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        ("en", "promotion", "refunds/create/"),
        ("en", "OUT_TRADE_NO_USED", "orders/create_jsapi/"),
        ("zh", "调起支付", "orders/create_jsapi/"),  # 前端调起支付所需的参数由……
        ("zh", "资金账单", "bills/fund_flow/"),
        ("zh", "OUT_TRADE_NO_USED", "error-codes/"),
        ("zh", "小程序", "orders/create_jsapi/"),
    ],
)
def test_search_finds_words_within_sentences(
    tab: Tab, language: str, words: str, expected: str
) -> None:
    page = tab.open(f"{language}/?q={words}")
    page.locator(
        f".md-search-result__link[href*='/{language}/wechatpay/{expected}']"
    ).first.wait_for()


def test_search_does_not_find_everything(tab: Tab) -> None:
    page = tab.open("zh/?q=量子力学")
    page.wait_for_function(
        "document.querySelector('.md-search-result__meta').textContent.includes('没有')"
    )


def test_the_language_switch_stays_at_the_place(tab: Tab) -> None:
    page = tab.open(f"en/{PAGE}#error-ORDER_CLOSED")
    for language, text in (("zh", "订单已关闭"), ("en", "The order is closed.")):
        page.locator("button[aria-label]:has(+ .md-select__inner)").hover()
        page.locator(f"a[data-language][hreflang={language}]").click()
        page.wait_for_url(f"**/{language}/{PAGE}#error-ORDER_CLOSED")
        row = page.locator("tr:has(:target)")
        assert text in row.inner_text()
        assert row.evaluate("row => row.getBoundingClientRect().top") < 800


def test_the_root_leads_to_the_language_of_the_browser(tab: Tab) -> None:
    tab.open("").wait_for_url("**/zh/")


def test_samples_are_tabs_that_stay_selected(tab: Tab) -> None:
    page = tab.open(f"en/{PAGE}")
    labels = page.locator(".tabbed-set").first.locator("label")
    assert labels.all_inner_texts() == ["curl", "Python", "Python, async"]
    page.get_by_text("Python, async", exact=True).click()
    sample = page.get_by_text("asyncio.run(main())")
    assert sample.is_visible()
    assert page.locator(".md-clipboard, [data-md-type=copy]").count() >= 3
    page = tab.open("en/wechatpay/refunds/query/")
    assert page.get_by_text("asyncio").first.is_visible()


@pytest.mark.parametrize("path", ["", PAGE, "wechatpay/error-codes/", "wechatpay/client/"])
def test_a_narrow_screen_does_not_scroll_sideways(
    browser: Browser, address: str, path: str
) -> None:
    tab = Tab(browser, address, width=390)
    for language in ("en", "zh"):
        page = tab.open(f"{language}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
    assert tab.problems == []


def test_dark_mode(tab: Tab) -> None:
    page = tab.open(f"zh/{PAGE}")
    brightness = "parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    assert page.evaluate(brightness) > 200
    page.locator("label[title='切换至深色模式']").click()
    page.wait_for_function(f"{brightness} < 60")


def test_the_index_of_error_codes(site: Path) -> None:
    index = (site / "zh/wechatpay/error-codes/index.html").read_text("utf-8")
    [row] = [row for row in index.split("<tr>") if 'id="error-ORDER_CLOSED"' in row]
    for part in ("errors.OrderClosed", "订单已关闭", "../orders/create_jsapi/#error-ORDER_CLOSED"):
        assert part in row
    [common] = [row for row in index.split("<tr>") if 'id="error-PARAM_ERROR"' in row]
    assert common.count("<a href=") == 1  # the client in place of all endpoints
    page = (site / f"en/{PAGE}index.html").read_text("utf-8")
    assert 'id="field-amount.total"' in page
    assert "Version 0.1.0 · Last changed on <time" in page


@pytest.mark.parametrize("client", ["wechatpay", "weixin"])
def test_the_site_shows_what_github_shows(site: Path, client: str) -> None:
    """Cells, code, items and paragraphs of each page, as CommonMark reads it and as the site has it."""
    github = MarkdownIt("commonmark").enable("table")
    docs = ROOT / "generated" / client / "docs"
    for page in docs.rglob("*.md"):
        language, *folders = page.relative_to(docs).with_suffix("").parts
        html = site.joinpath(language, client, *folders) / "index.html"
        if page.name == "index.md":
            html = html.parents[1] / "index.html"
        article = LexborHTMLParser(html.read_text("utf-8")).css_first("article")
        assert article
        for added in article.css(".page-facts, .headerlink, .anchor-link, nav"):
            added.decompose()
        text = re.sub(r"\A(# .*\n)\n\[.*\n", r"\1", page.read_text("utf-8"))
        expected = LexborHTMLParser(github.render(text)).body
        assert expected
        for kind in (
            "td",
            "th",
            "pre",
            "li",
            ":not(li) > p",
            "h1",
            "h2",
            "td > code",
            "a:not([href^='#'])",
        ):
            texts = sorted("".join(node.text().split()) for node in expected.css(kind))
            assert sorted("".join(node.text().split()) for node in article.css(kind)) == texts


def test_texts_of_a_spec_stay_texts() -> None:
    """Python-Markdown, too, finds no tag, link or attribute in a text."""
    convert = import_module("markdown").markdown
    for text in (
        "<script>alert(1)</script>",
        "a <img src=x onerror=a>",
        "x {: onclick=a }",
        "[a](javascript:1) | `b|c` \\ `d\\`",
        '=== "x"\n    <b>y</b>',
        "- a **b** _c_ ~~d~~ &lt; <!-- e",
    ):
        table = f"| a |\n| --- |\n| {markdown.cell(markdown.text(text))} |"
        for source in (str(markdown.paragraphs(text)), table):
            lines = for_python_markdown(source.split("\n"))
            html = convert("\n".join(lines), extensions=["tables", "sane_lists"])
            assert not re.search(r"<(?!/?(p|code|table|thead|tbody|tr|th|td)>)", html), html


def test_a_failed_run_leaves_the_old_site(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specloom.clients.a]\nspec = "spec"\nout = "a"\n'
    )
    for folder in ("spec", "a", "mine"):
        (tmp_path / folder).mkdir()
    process = specloom_docs(cwd=tmp_path)
    assert process.returncode == 2
    assert "client a has no pages in a/docs; run specloom generate" in process.stderr
    shutil.copytree(ROOT / "generated/weixin/docs", tmp_path / "a/docs")
    (tmp_path / "mine/file").write_text("")
    process = specloom_docs("--out", "mine", cwd=tmp_path)
    assert process.returncode == 2
    assert "mine is not a site that specloom wrote" in process.stderr
    assert [entry.name for entry in (tmp_path / "mine").iterdir()] == ["file"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "a",
        "mine",
        "pyproject.toml",
        "spec",
    ]


def test_without_the_extra_it_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "_PACKAGES", ("a_package_that_is_not_installed",))
    with pytest.raises(UsageError, match=r"run pip install 'specloom\[docs\]'"):
        generator.require()


def test_serve_writes_the_site_again_after_a_change(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "generated/weixin", tmp_path / "weixin")
    (tmp_path / "spec").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specloom.clients.weixin]\nspec = "spec"\nout = "weixin"\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "specloom", "docs", "--serve", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline().startswith("site: ")
        address = process.stdout.readline().split(" ")[0]
        page = tmp_path / "weixin/docs/en/invoice/update_status.md"
        text = page.read_text("utf-8").replace("# ", "# Changed: ", 1)
        page.write_text(f"{text}\n[x](#error-NONE)\n", "utf-8")
        assert process.stdout.readline().startswith("site: ")
        with urlopen(f"{address}en/weixin/invoice/update_status/") as response:
            assert "Changed: " in response.read().decode()
    finally:
        process.terminate()
        _, problems = process.communicate()
    assert problems.splitlines() == [
        "specloom: warning: en/weixin/invoice/update_status.md contains a link '#error-NONE', but there is no such anchor on this page."
    ]
