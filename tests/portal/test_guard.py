"""The guard around the pages: others' forms, headers, hosts, what files may do (T21, T32, T35)."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from portal.house import JANE, MARIA, PAT, House, Visitor
from workorder.core.notice import NoticeKind

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<div style=background:url(javascript:alert(1))>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example><button>x</button></form>",
    "<object data=x.swf>",
    "<embed src=x>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<input onfocus=alert(1) autofocus>",
    "<marquee onstart=alert(1)>",
    "<!--<img src='--><img src=x onerror=alert(1)>'>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img/src=`x`onerror=alert(1)>",
    "<x contenteditable onblur=alert(1)>x",
    "<textarea></textarea><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "{{ ''.__class__ }}",
    "${7*7}",
    'http://evil.example/" onmouseover="alert(1)',
    "http://evil.example/'onmouseover='alert(1)",
    "https://evil.example/<script>alert(1)</script>",
    'mailto:a@b.example" onclick="alert(1)',
    "\u202ehttp://evil.example",
    "\u0000<script>alert(1)</script>",
    "<ScRiPt>alert(1)</ScRiPt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<script src=//evil.example/x.js></script>",
    "<img srcset='http://evil.example/p.png 1x'>",
    "<picture><source srcset=http://evil.example/p.png></picture>",
    "<audio src=http://evil.example/a.mp3 autoplay>",
    "<img src=http://evil.example/pixel.gif width=1 height=1>",
    "<svg><use href='data:image/svg+xml,<svg onload=alert(1)>'/></svg>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href=//evil.example>x</a>",
    "<a target=_blank href=http://evil.example>x</a>",
    "<img src='x' onerror='&#97;lert(1)'>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
)


def test_what_people_write_is_text_on_every_page(house: House) -> None:
    """T21: no vector makes an element or an attribute; nothing remote is asked for (T22)."""
    jane, maria = house.visitor(JANE), house.visitor(MARIA)
    for number, vector in enumerate(HOSTILE):
        once = f"vector-{number}"
        sent = jane.sends(
            "/orders/new", {"once": once, "title": vector, "text": vector, "priority": "normal"}
        )
        assert sent.status == 303, vector
        opened = sent.goes_to.partition("#")[0]
        jane.sends(
            opened, {"once": f"{once}-answer", "text": f"so:\n\n{vector}"}, files=[(vector, b"x")]
        )
        for visitor, path in ((jane, opened), (maria, f"/desk{opened}")):
            must_be_harmless(visitor, path, vector)
    must_be_harmless(jane, "/orders", "the list")
    must_be_harmless(maria, "/desk", "the desk")


def must_be_harmless(visitor: Visitor, path: str, vector: str) -> None:
    page = visitor.sees(path)
    assert page.status == 200, vector
    elements = Elements()
    elements.feed(page.html)
    assert elements.foreign == [], vector


class Elements(HTMLParser):
    """Reads a page for what no template of ours would have."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in NEVER or any(name.startswith("on") or name == "style" for name in values):
            self.foreign.append(f"{tag} {attrs}")
        for name in ("src", "srcset", "data", "poster", "action", "formaction"):
            if (values.get(name) or "/").startswith(("//", "http", "javascript")):
                self.foreign.append(f"{tag} {name}={values[name]}")
        if tag == "script" and not (values.get("src") or "").startswith("/static/"):
            self.foreign.append(f"script {attrs}")
        href = (values.get("href") or "").lower()
        if href and not href.startswith(("/", "#", "http://", "https://", "mailto:")):
            self.foreign.append(f"{tag} href={href}")
        if tag == "link" and not href.startswith("/static/"):
            self.foreign.append(f"link {href}")


NEVER = frozenset(
    {
        *("iframe", "object", "embed", "base", "style", "math", "template", "marquee"),
        *("audio", "video", "picture", "source", "img", "use"),
    }
)


def test_a_file_is_only_ever_saved(house: House) -> None:
    jane = house.visitor(JANE)
    page = b"<html><script>alert(1)</script></html>"
    names = ["page.html", "picture.svg", "page.xhtml", "doc.xml", "photo.png", "paper.pdf"]
    jane.sends(
        "/orders/new",
        {"once": "files", "title": "Files", "priority": "normal"},
        files=[(name, page + name.encode()) for name in names],
    )
    detail = house.order(1001).detail
    assert detail is not None
    for file in detail.files:
        given = jane.sees(f"/orders/1001/files/{file.sha256[:24]}").response
        assert given.headers["Content-Disposition"].startswith("attachment")
        assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        assert given.mimetype in {"application/octet-stream", "image/png", "application/pdf"}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\win.ini", "/etc/cron.d/x", "a\x01b.txt"]
)
def test_the_name_of_a_file_is_no_path(house: House, name: str) -> None:
    jane = house.visitor(JANE)
    jane.sends(
        "/orders/new", {"once": "n", "title": "Files", "priority": "normal"}, files=[(name, b"x")]
    )
    detail = house.order(1001).detail
    assert detail is not None
    assert not set(detail.files[0].name) & set("/\\\x01")


def test_a_form_without_our_token_is_refused(house: House) -> None:
    jane = house.visitor(JANE)
    for token in ("", "made up"):
        assert jane.sends("/orders/new", {"title": "x"}, token=token).status == 403
    assert house.notices() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://portal.northwind.example.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_from_elsewhere_is_refused_though_it_has_our_token(
    house: House, headers: dict[str, str]
) -> None:
    jane = house.visitor(JANE)
    values = {"once": "x", "title": "x", "priority": "normal"}
    assert jane.sends("/orders/new", {**values}, headers=headers).status == 403
    assert house.notices() == []
    own = {"Origin": "http://localhost"}
    assert jane.sends("/orders/new", {**values}, headers=own).status == 303


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_other_method_does_anything(house: House, method: str) -> None:
    house.opens(JANE)
    jane = house.visitor(JANE)
    for path in ("/orders/new", "/orders/1001", "/account"):
        answer = jane.client.open(path, method=method, data={"title": "x", "text": "x"})
        assert answer.status_code in {403, 405, 501}
    # Nor does a POST that claims to be another one.
    claimed = jane.client.post("/orders/1001", headers={"X-HTTP-Method-Override": "DELETE"})
    assert claimed.status_code == 403
    assert house.kinds(1001) == ["opened"]


def test_a_mailed_link_is_confirmed_though_its_page_tells_nobody_where_it_is(
    house: House,
) -> None:
    """Browsers send `Origin: null` from a page with the policy no-referrer."""
    jane = house.visitor()
    jane.sends("/login", {"email": JANE})
    enclosure = house.notices(NoticeKind.LOGIN)[0].enclosure
    assert enclosure is not None
    assert enclosure.login is not None
    assert jane.sends(enclosure.login.path, {}, headers={"Origin": "null"}).status == 303


@pytest.mark.parametrize(
    "path",
    [
        "/orders/99999999999999999999999",
        "/orders/99999999999999999999999.pdf",
        "/desk/orders/99999999999999999999999",
        "/hours/0001-01.pdf",
        "/orders?q=%00",
        "/orders?before=99999999999999999999",
        "/equipment/99999999999999999999",
    ],
)
def test_no_address_makes_the_portal_fail(house: House, path: str) -> None:
    for email in (JANE, PAT, MARIA):
        assert house.visitor(email).sees(path).status in {200, 303, 404}


def test_what_cannot_be_seen_is_in_no_title(house: House) -> None:
    jane = house.visitor(JANE)
    values: dict[str, object] = {"once": "x", "priority": "normal"}
    unseen = "Printer\x00 \u202etnirp\u200b"
    assert jane.sends("/orders/new", {**values, "title": unseen}).status == 303
    assert house.order(1001).title == "Printer tnirp"
    assert jane.sends("/orders/new", {**values, "title": "\u200b\u2060"}).status == 422


def test_too_many_files_are_refused_and_none_is_dropped_unseen(house: House) -> None:
    files = [(f"{n}.txt", b"x") for n in range(25)]
    values: dict[str, object] = {"once": "x", "title": "Files", "priority": "normal"}
    sent = house.visitor(JANE).sends("/orders/new", values, files=files)
    assert sent.status == 422
    assert "too many files" in sent.text


def test_a_redirection_of_the_librarys_names_no_host(house: House) -> None:
    client = House(house.store, url="https://x.example/help").app.test_client()
    answer = client.get("", base_url="http://evil.example/help", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.headers.get("Location", "")


def test_links_do_not_follow_the_host_header(house: House) -> None:
    """T35: pages link by path alone, mails by the configured URL."""
    visitor = house.visitor()
    visitor.headers["Host"] = "evil.example"
    for path in ("/login", "/how-to", "/orders/1001", "/"):
        page = visitor.sees(path)
        assert "evil.example" not in page.html + page.goes_to
    visitor.sends("/login", {"email": JANE})
    enclosure = house.notices(NoticeKind.LOGIN)[0].enclosure
    assert enclosure is not None
    assert enclosure.login is not None
    assert enclosure.login.path.startswith("/login/")


def test_every_answer_tells_the_browser_what_it_must_not_do(house: House) -> None:
    jane = house.visitor(JANE)
    for path in ("/orders", "/login", "/nowhere", "/static/portal.css", "/healthz"):
        headers = jane.sees(path).response.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_cookie_is_bound_to_the_host_where_there_is_tls(house: House) -> None:
    safe = House(house.store, url="https://portal.northwind.example")
    cookie = safe.visitor().sees("/login").response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-workorder=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_sites_own_phrases_count_in_its_portal_too(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "language"
    folder.mkdir(parents=True)
    (folder / "en.toml").write_text('[status]\nin-progress = "Under way"\n')
    number = house.opens(JANE)
    own = House(house.store, overrides=folder.parent)
    assert "Under way" in own.visitor(JANE).sees(f"/orders/{number}").text
    assert "Under way" not in house.visitor(JANE).sees(f"/orders/{number}").text


def test_who_is_written_to_in_a_language_of_the_sites_own_sees_pages_in_the_sites(
    house: House,
) -> None:
    with house.store.write() as unit:
        jane = unit.people.contact_by_email(JANE)
        assert jane is not None
        unit.people.set_contact(jane.id, language="fr")
    page = house.visitor(JANE).sees("/orders")
    assert 'lang="en"' in page.html
    assert "Work orders" in page.text


def test_what_cannot_be_seen_is_in_no_field_of_the_desk(house: House) -> None:
    number = house.opens(JANE)
    maria = house.visitor(MARIA)
    values = {"once": "x", "title": "Printer\x00 \u202eno\u200b"}
    assert maria.sends(f"/desk/orders/{number}/title", {**values}).status == 303
    assert house.order(number).title == "Printer no"


def test_what_is_too_large_is_refused_with_a_page(house: House) -> None:
    jane = house.visitor(JANE)
    too_much = b"x" * 400_000
    sent = jane.sends(
        "/orders/new", {"title": "x", "priority": "normal"}, files=[("big.bin", too_much)]
    )
    assert sent.status == 413
    assert "too large" in sent.text


def test_without_a_login_there_is_nothing_but_the_open_pages(house: House) -> None:
    visitor = house.visitor()
    for rule in house.app.url_map.iter_rules():
        path = _filled(rule.rule)
        if "GET" not in (rule.methods or set()) or rule.endpoint.startswith(("open.", "login.")):
            continue
        page = visitor.sees(path)
        assert page.status == 303, path
        assert page.goes_to.startswith("/login"), path


def _filled(rule: str) -> str:
    return re.sub(r"<[^>]+>", "1", rule)


def test_pages_are_shown_while_somebody_writes(house: House) -> None:
    """Looking at a page waits for no writer, though the session has to be noted as in use."""
    number = house.opens(JANE)
    jane = house.visitor(JANE)
    house.later(hours=1)
    with house.store.write():
        for path in ("/orders", f"/orders/{number}", "/hours", "/equipment", "/how-to"):
            assert jane.sees(path).status == 200


def test_a_database_that_is_away_has_a_page_of_its_own(house: House) -> None:
    jane = house.visitor(JANE)
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE portal_sessions RENAME TO gone")
    page = jane.sees("/orders")
    assert page.status == 503
    assert "Please try again in a minute" in page.text


def test_the_healthy_portal_says_so(house: House) -> None:
    assert house.visitor().sees("/healthz").text == "ok"


def test_pages_speak_the_readers_language(house: House) -> None:
    visitor = house.visitor()
    visitor.headers["Accept-Language"] = "es-MX,es;q=0.9"
    assert "Cómo abrir una nueva orden de trabajo" in visitor.sees("/how-to").text
    visitor.sends("/language", {"language": "en", "next": "/how-to"})
    assert "How to open a new work order" in visitor.sees("/how-to").text
