import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workorder.inbound.html_text import html_to_text

RULE = "_" * 32


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b", "a\nb"),
        ("a<br/><br>b", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>", "a\n\nb"),
        ('<p style="margin:0">a</p><p style="margin:0">b</p>', "a\nb"),
        ("one\n   two\tthree", "one two three"),
        ("<b>bo</b>ld <i>it</i>", "bold it"),
        ("x&nbsp;&nbsp;y", "x  y"),
        ("<h1>Title</h1>text", "Title\ntext"),
        ("a<hr>b", f"a\n{RULE}\nb"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        ("<ul><li><p>a</p></li><li>b<ul><li>c</ul></ul>d", "- a\n- b\n  - c\n\nd"),
        ("<table><tr><th>N<th>Q<tr><td>Toner<td>2</table>", "N  Q\nToner  2"),
        ("<table><tr><td><p>N</p></td><td><p>Q</p></td></tr></table>", "N  Q"),
        ("<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a\nb\nc"),
        ("<pre>a\n  b\tc</pre>", "a\n  b     c"),
        ("a<!-- no -->b", "ab"),
        ("<style>p{}</style><script>x()</script><title>t</title>a", "a"),
        ("<head><meta x>hidden</head><body>a</body>", "a"),
        ("<head><title>t</title><body>a", "a"),
        ("<![if !mso]>a<![endif]>", "a"),
        ("1 < 2 &amp; 3 &gt; 2 &copy; &#8364; &#x20ac; &bogus;", "1 < 2 & 3 > 2 © € € &bogus;"),
        ("write to <jane@acme.example> now", "write to <jane@acme.example> now"),
        ('<img src="cid:1" alt="Photo of it">', "[Photo of it]"),
        ('<img src="x" alt="">a', "a"),
    ],
)
def test_html_is_written_out_as_a_person_reads_it(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            '<a href="https://x.example/a?b=1&amp;c=2">here</a>',
            "here <https://x.example/a?b=1&c=2>",
        ),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        (
            '<a href="https://www.x.example/a">https://www.x.example/a</a>',
            "https://www.x.example/a",
        ),
        ('<a href="mailto:j@x.example">j@x.example</a>', "j@x.example"),
        ('<a href="mailto:j@x.example">Jane</a>', "Jane <j@x.example>"),
        ('<a href="#top">up</a>', "up"),
        ('<a href="javascript:x()">click</a>', "click"),
        ('<a name="x">a</a>', "a"),
        ('<a href="https://x.example"><img src=y></a>a', "a"),
    ],
)
def test_a_link_says_where_it_leads(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_gmail_quote_is_told_apart() -> None:
    html = (
        '<div dir="ltr">Thanks!</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon,'
        ' 23 Nov 2026 at 10:00, Jane &lt;<a href="mailto:j@x.example">j@x.example</a>&gt; wrote:'
        '<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><div>Old<br><br>words'
        "</div><blockquote>Older</blockquote></blockquote></div>"
    )

    assert html_to_text(html) == (
        "Thanks!\n\nOn Mon, 23 Nov 2026 at 10:00, Jane <j@x.example> wrote:\n> Old\n>\n> words\n"
        "> > Older"
    )


def test_an_indent_is_no_quote() -> None:
    html = '<blockquote style="margin: 0 0 0 40px; border: none; padding: 0px;">mine</blockquote>'

    assert html_to_text(html) == "mine"


@pytest.mark.parametrize(
    "opening",
    [
        '<hr style="width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">',
        '<div id="divRplyFwdMsg" dir="ltr">',
        "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'>",
    ],
)
def test_an_outlook_reply_is_set_off_by_a_rule(opening: str) -> None:
    header = "<b>From:</b> Jane &lt;j@x.example&gt;<br><b>Sent:</b> Monday<br></div>"

    text = html_to_text(f"<p>Done.</p>{opening}{header}")

    assert text == f"Done.\n{RULE}\nFrom: Jane <j@x.example>\nSent: Monday"


@pytest.mark.parametrize("tag", ["div", "span", "table", "blockquote", "ul", "b", "font"])
def test_thousands_of_levels_lose_no_text(tag: str) -> None:
    html = f"<{tag}>" * 5_000 + "the text" + f"</{tag}>" * 5_000 + "<p>the end"

    text = html_to_text(html)

    assert "the text" in text
    assert text.endswith("the end")


@pytest.mark.parametrize(
    "html",
    [
        "the text<style>p{}",
        "<head>the text",
        "<!-- the text",
        "the text<a href='x",
        '<p title="open>the text</p>',
        "<p <b>the text",
        "</div></blockquote></ul>the text",
        "<script>the text",
        "the text<" + "!" * 50,
    ],
)
def test_what_is_never_closed_hides_no_text(html: str) -> None:
    assert "the text" in html_to_text(html)


@pytest.mark.parametrize(
    "html",
    [
        "<" * 300_000,
        '<a "' * 100_001,
        "<!--" * 100_000,
        "<style>" * 50_000,
        "<p " + " " * 500_000,
        "<img " + "a" * 500_000 + ">",
        "&#" * 200_000 + "1" * 6_000 + ";",
        "<blockquote><br>" * 20_000,
        '<img src="data:image/png;base64,' + "A" * 1_000_000 + '">',
    ],
)
def test_html_made_to_cost_time_is_read_to_its_end(html: str) -> None:
    assert html_to_text(html + "<p>the end</p>").endswith(("the end", ""))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<", ">", '"', "'", "<div", "</div>", "<!--", "-->", "<li>", "<td>", "<br>"],
        )
        | st.sampled_from(
            ["<pre>", "<blockquote>", "</blockquote>", "&", "&#", ";", "word", "<style>", "<p>"],
        )
        | st.sampled_from([" ", "\n", '<a href="']),
        max_size=40,
    ).map("".join)
)
def test_whatever_the_markup_there_is_a_text(html: str) -> None:
    text = html_to_text(html)

    assert text == text.strip("\n")
