import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from workorder.config_file import KeyPath, key_lines, key_text

# The lines of keys.


def test_every_way_to_write_a_key_has_its_line() -> None:
    text = """\
top = 1 # [not.a.table]
"quoted key".'x.y' = "a # no comment"
[a.b]
text = \"\"\"
[no.table]
no = 1 \\\"\"\" still text\"\"\"\"\"
more = '''
[[neither]]
'''
list = [ # comment ]
  1, [2,
  3], { deep = [
  4 ] },
]
inline = { one = 1, two.three = 2, "}" = "]" }
[[a.rows]]
x = 1979-05-27 07:32:00
[[a.rows]]
x = 2
[a.rows.sub]
y = []
[[a.rows.more]]
z = ""
[[a.rows.more]]
z = ''
[ c . "d" ]
e.f = true
"""
    lines = key_lines(text)
    assert {key_text(key): line for key, line in lines.items()} == {
        "top": 1,
        '"quoted key"': 2,
        '"quoted key"."x.y"': 2,
        "a": 3,
        "a.b": 3,
        "a.b.text": 4,
        "a.b.more": 7,
        "a.b.list": 10,
        "a.b.list[0]": 11,
        "a.b.list[1]": 11,
        "a.b.list[1][0]": 11,
        "a.b.list[1][1]": 12,
        "a.b.list[2]": 12,
        "a.b.list[2].deep": 12,
        "a.b.list[2].deep[0]": 13,
        "a.b.inline": 15,
        "a.b.inline.one": 15,
        "a.b.inline.two": 15,
        "a.b.inline.two.three": 15,
        'a.b.inline."}"': 15,
        "a.rows": 16,
        "a.rows[0]": 16,
        "a.rows[0].x": 17,
        "a.rows[1]": 18,
        "a.rows[1].x": 19,
        "a.rows[1].sub": 20,
        "a.rows[1].sub.y": 21,
        "a.rows[1].more": 22,
        "a.rows[1].more[0]": 22,
        "a.rows[1].more[0].z": 23,
        "a.rows[1].more[1]": 24,
        "a.rows[1].more[1].z": 25,
        "c": 26,
        "c.d": 26,
        "c.d.e": 27,
        "c.d.e.f": 27,
    }


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def toml_of(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case list():
            return "[\n" + ",\n".join(map(toml_of, value)) + "\n]"
        case dict():
            return "{" + ", ".join(f"{toml_of(k)} = {toml_of(v)}" for k, v in value.items()) + "}"
    raise AssertionError(value)


def places(value: object, key: KeyPath = ()) -> Iterator[KeyPath]:
    if key:
        yield key
    match value:
        case dict():
            inside = list(value.items())
        case list():
            inside = list(enumerate(value))
        case _:
            inside = []
    for part, inner in inside:
        yield from places(inner, (*key, part))


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_every_key_that_tomllib_finds_has_a_line_and_no_other(data: dict[str, object]) -> None:
    text = "".join(f"{toml_of(key)} = {toml_of(value)}\n\n" for key, value in data.items())
    assert tomllib.loads(text) == data
    lines = key_lines(text)
    assert set(lines) == set(places(data))
    for key in data:
        assert text.splitlines()[lines[(key,)] - 1].startswith(f"{toml_of(key)} = ")
