"""`hub docs build`: the folder it writes, and the pages as a reader meets them in a real browser."""

import os
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from hub.cli.main import main
from hub.dictionary.site import CONTENTS, build, write
from hub.interface import ConfigurationError
from hub.load import load
from hub.repository import Repository

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TABLE, PARTNER = "contracts/mini/1.0.0/tables/person/person.yaml", "adapters/partners/centre.yaml"
HOSTILE = "</title><script>document.title='broken'</script><img src=x onerror=alert(1)>\"'&"
EMPTY = {"meta", "link", "input", "br", "img"}


class Outline(HTMLParser):
    """Links, ids and scripts of a page, and whether every tag that opens closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.scripts = 0
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        self.links += [f"#{given[name]}" for name in ("aria-labelledby", "aria-controls", "for") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []
        self.scripts += tag == "script"
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(root: Path) -> Repository:
    repository, problems = load(root)
    assert [str(each) for each in problems if each.severity == "error"] == []
    return repository


def quoted(text: str) -> str:
    """A YAML scalar in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def spoil(checkout: Any) -> None:
    """Titles, names of codes and rules, purposes and constants that would be markup if anything put them in as they are."""
    checkout.edit(TABLE, "title: 人员\n", f"title: {quoted(HOSTILE)}\n")
    checkout.edit(TABLE, "domain: 人员", f"domain: {quoted(HOSTILE)}")
    checkout.edit("contracts/mini/1.0.0/tables/person/office.yaml", "domain: 人员", f"domain: {quoted(HOSTILE)}")
    checkout.edit("schedules/to_centre.yaml", "domain: 人员", f"domain: {quoted(HOSTILE)}")
    checkout.edit("schedules/to_centre.yaml", "title: 每两小时", f"title: {quoted(HOSTILE)}")
    checkout.edit(TABLE, "title: 登记日期", f"title: {quoted(HOSTILE)}")
    checkout.edit(TABLE, "name: 有身份号码的应有性别", f"name: {quoted(HOSTILE)}")
    checkout.edit(PARTNER, "title: 数据中心", f"title: {quoted(HOSTILE)}")
    checkout.edit(PARTNER, "purpose: 测试", f"purpose: {quoted(HOSTILE)}")
    checkout.edit("contracts/mini/1.0.0/standard.yaml", "authority: 本项目", f"authority: {quoted(HOSTILE)}")
    checkout.edit("contracts/mini/1.0.0/codes/sex.csv", "1,男", '1,"' + HOSTILE.replace('"', '""') + '"')


def test_every_link_leads_somewhere_inside_the_folder(checkout: Any) -> None:
    """Files and anchors that are linked exist, ids are unique, tags close, and no address leaves the folder."""
    site = {path: content.decode() for path, content in build(read(checkout.root))}
    pages = {path: Outline(text) for path, text in site.items() if path.endswith(".html")}
    assert {"index.html", "about.html", "partners/centre.html", "mini/1.0.0/tables/person.html"} <= pages.keys()
    for path, page in pages.items():
        assert page.open == []
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            parts = urlsplit(link)
            assert not parts.scheme, link
            assert not parts.netloc, link
            target = os.path.normpath(Path(path).parent / unquote(parts.path)) if parts.path else path
            assert target in site, (path, link)
            assert not parts.fragment or parts.fragment in pages[target].ids, (path, link)


def test_the_same_files_give_the_same_bytes(checkout: Any, tmp_path: Path) -> None:
    """Two builds of two folders are equal, byte for byte, and hold nothing of where or when they were built."""
    repository = read(checkout.root)
    write(repository, tmp_path / "one")
    again = shutil.copytree(checkout.root, tmp_path / "elsewhere")
    write(read(again), tmp_path / "two")
    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(tmp_path / "two") for path in (tmp_path / "two").rglob("*") if path.is_file())
    for name in names:
        content = (tmp_path / "one" / name).read_bytes()
        assert content == (tmp_path / "two" / name).read_bytes()
        assert str(tmp_path).encode() not in content


def test_hostile_titles_stay_text(checkout: Any) -> None:
    """Whatever the files say is escaped on every page and in the search: no element, script or attribute comes of it."""
    spoil(checkout)
    for path, content in build(read(checkout.root)):
        text = content.decode()
        if path.endswith(".html"):
            assert Outline(text).scripts == 2, path
            assert "<img" not in text, path
        elif path == "assets/entries.js":
            assert "<" not in text


def test_what_a_table_page_says(checkout: Any) -> None:
    """Fields with element, format, codes and key; the local column behind them; who receives them and what is withheld."""
    site = {path: content.decode() for path, content in build(read(checkout.root))}
    page = site["mini/1.0.0/tables/person.html"]
    for words in (
        "一人一行",
        "M_01",
        "公民身份号码",
        "GB 11643",
        "t_person.nation",
        "TRIM(p.name)",
        "JG01",
        "有身份号码的应有性别",
    ):
        assert words in page
    assert "mini/1.0.0/codes/nation.html" in page
    assert "mini/1.0.0/tables/office.html#f-jg_bh" in page
    assert "源系统没有" in page  # je is absent
    assert "partners/centre.html" in page
    assert "2000-01-01" in site["mini/1.0.0/codes/nation.html"]
    assert "CENTRE_URL" not in "".join(site.values())  # how a partner is reached is not for readers


def test_a_second_build_removes_what_is_gone_and_nothing_else(checkout: Any, tmp_path: Path) -> None:
    """The page of a table that is gone is removed; a file that somebody put beside the pages stays."""
    out = tmp_path / "site"
    write(read(checkout.root), out)
    (out / "CNAME").write_text("example.invalid")
    gone = out / "mini/1.0.0/tables/gone.html"
    gone.write_text("old")
    (out / CONTENTS).write_text((out / CONTENTS).read_text() + "mini/1.0.0/tables/gone.html\n../outside.html\n")
    (tmp_path / "outside.html").write_text("not ours")
    write(read(checkout.root), out)
    assert not gone.exists()
    assert (out / "CNAME").exists()
    assert (tmp_path / "outside.html").exists()


def test_a_folder_of_other_files_is_refused(checkout: Any, tmp_path: Path) -> None:
    """A folder that is not a site, and a file, are left as they are; the cure is named."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "index.html").write_text("mine")
    repository = read(checkout.root)
    with pytest.raises(ConfigurationError, match="--out"):
        write(repository, tmp_path / "papers")
    with pytest.raises(ConfigurationError, match="is a file"):
        write(repository, tmp_path / "papers" / "index.html")
    assert (tmp_path / "papers" / "index.html").read_text() == "mine"


def test_the_command_writes_beside_the_rooms(
    checkout: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`hub docs build` says where to begin reading; a mistake in a file ends it with exit code 2 before anything is written."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(tmp_path / "state"))
    with pytest.raises(SystemExit) as ended:
        main(["docs", "build"])
    assert ended.value.code == 0
    assert str(checkout.root / "docs-site" / "index.html") in capsys.readouterr().out
    checkout.edit(TABLE, "element: 姓名", "element: 姓氏")
    with pytest.raises(SystemExit) as ended:
        main(["docs", "build", "--out", str(tmp_path / "never")])
    assert ended.value.code == 2
    assert "unknown-element" in capsys.readouterr().err
    assert not (tmp_path / "never").exists()


def chromium() -> str:
    """The browser, or a skip (a failure where HUB_TEST_REQUIRE names it)."""
    found = shutil.which("chromium")
    if found is None:
        reason = "no chromium; install Debian's chromium"
        if "chromium" in os.environ.get("HUB_TEST_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module; each page has a profile of its own."""
    playwright = pytest.importorskip("playwright.sync_api")
    binary = chromium()
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=binary, args=QUIET)
        yield opened
        opened.close()


def watched(page: Any) -> list[str]:
    """What the page complains of, and every address that is not a file."""
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else seen.append(request.url))
    page.on("requestfailed", lambda request: seen.append(request.url))
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1366])
def test_a_reader_finds_a_field_and_switches_to_english(checkout: Any, tmp_path: Path, browser: Any, width: int) -> None:
    """From the file system, by keyboard: search by pinyin initials, follow a link, English stays on; nothing leaves the disk."""
    write(read(checkout.root), tmp_path / "site")
    page = browser.new_page(viewport={"width": width, "height": 800})
    seen = watched(page)
    page.goto((tmp_path / "site" / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("sfzh")
    page.locator("#results li").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tables/person.html#f-sfzh")
    assert page.locator("h1").inner_text().startswith("人员")
    page.locator("#f-mz_dm td a").first.click()
    page.wait_for_url("**/elements/T005.html")
    assert "用它的字段" in page.locator("#uses").inner_text()
    page.get_by_role("button", name="English").click()
    assert page.locator("#uses").inner_text().startswith("Fields that use it")
    page.get_by_role("link", name="民族 民族").click()
    page.wait_for_url("**/codes/nation.html*")
    assert page.locator("#values").inner_text().startswith("Values")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="中文").click()
    assert page.locator("#values").inner_text().startswith("取值")
    assert seen == []


@pytest.mark.slow
def test_a_browser_shows_hostile_titles_as_text(checkout: Any, tmp_path: Path, browser: Any) -> None:
    """Markup in a title is read as it was written, on the page and in what the search finds; no script of it runs."""
    spoil(checkout)
    write(read(checkout.root), tmp_path / "site")
    page = browser.new_page()
    seen = watched(page)
    page.goto((tmp_path / "site/mini/1.0.0/tables/person.html").as_uri())
    assert HOSTILE in page.locator("h1").inner_text()
    page.locator("#search").fill("onerror")
    page.locator("#results li").first.wait_for()
    assert HOSTILE in page.locator("#results li").first.inner_text()
    assert page.locator("img").count() == 0
    assert page.title() != "broken"
    assert seen == []
