"""Text that was sent as format=flowed (RFC 3676) put back into paragraphs."""

from typing import Final

_SIGNATURE: Final = "-- "


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the flowed lines of a text with LF line ends.

    Args:
        text: The part's text.
        delete_space: The DelSp parameter: whether the space at a soft break is not of the text.
    """
    out: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        own_depth, content = _unstuffed(line)
        is_signature = content == _SIGNATURE
        if paragraph and (own_depth != depth or is_signature):
            out.append(_quoted(depth, "".join(paragraph)))
            paragraph = []
        depth = own_depth
        if content.endswith(" ") and not is_signature:
            paragraph.append(content[:-1] if delete_space else content)
        else:
            out.append(_quoted(depth, "".join([*paragraph, content])))
            paragraph = []
    if paragraph:
        out.append(_quoted(depth, "".join(paragraph)))
    return "\n".join(out)


def _unstuffed(line: str) -> tuple[int, str]:
    """Return the quote depth of a line and what stands behind it, without stuffing (4.4, 4.5)."""
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _quoted(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}" if depth else content
