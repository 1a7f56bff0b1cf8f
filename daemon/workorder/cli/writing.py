"""`workorder do`: what a technician's mail would do, from the shell."""

import sys

import click

from workorder import shipped
from workorder.cli.orders import number_argument
from workorder.cli.output import json_option, print_json, print_table, say
from workorder.cli.site import the_site
from workorder.core.subjects import label
from workorder.core.transcript import Verdict
from workorder.errors import RequestError
from workorder.outbound.filters import effect_words
from workorder.outbound.phrases import Catalogue, Phrases
from workorder.steps.writing import Words, Written


@click.command()
@click.argument("number", callback=number_argument)
@click.option("--as", "technician", metavar="EMAIL", required=True, help="Who writes.")
@click.argument("text", metavar="TEXT")
@json_option
def do(number: int, technician: str, text: str, as_json: bool) -> None:
    """Write TEXT to a work order as a technician: tags on top, then words for the customer.

    TEXT - is read from standard input. Prints what each tag did; if one is wrong, none applies.
    """
    text = sys.stdin.read() if text == "-" else text
    with the_site() as site:
        written = site.technician_writes()(number, technician, Words(text=text))
        folders = [site.config.paths.templates, shipped.templates_folder()]
        phrases = Catalogue(folders).phrases(site.config.site.language)
        name = label(written.order.number, site.policy.prefix)
    transcript = written.transcript
    if as_json:
        print_json(_json(written, phrases))
    elif transcript is not None:
        rows = [
            (line.written, _MARKS[line.verdict], effect_words(phrases, line))
            for line in transcript.lines
        ]
        print_table(("TAG", "", "EFFECT"), rows)
    if transcript is not None and not transcript.applied:
        raise RequestError("nothing was done: a tag is wrong")
    say(f"{name}: {written.told} notices go out")


_MARKS = {
    Verdict.DONE: "done",
    Verdict.NOTHING: "-",
    Verdict.WRONG: "WRONG",
    Verdict.HELD: "held",
}


def _json(written: Written, phrases: Phrases) -> dict[str, object]:
    transcript = written.transcript
    return {
        "number": written.order.number,
        "status": written.order.status.value,
        "applied": transcript is None or transcript.applied,
        "notices": written.told,
        "tags": [
            {
                "written": line.written,
                "verdict": line.verdict.value,
                "effect": line.effect.value,
                "text": effect_words(phrases, line),
            }
            for line in (transcript.lines if transcript else ())
        ],
    }
