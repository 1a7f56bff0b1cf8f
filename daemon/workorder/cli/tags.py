"""`workorder tags`: what technicians can write, as a list and as a card to be printed."""

from pathlib import Path

import click

from workorder import rulefiles, shipped
from workorder.bootstrap import card_of
from workorder.cli.output import json_option, print_json, print_table, write_file
from workorder.cli.site import load_config
from workorder.cli.templates import chosen_language
from workorder.core.vocabulary import Vocabulary
from workorder.outbound.phrases import Phrases
from workorder.outbound.pool import RenderPool
from workorder.outbound.tagcard import TagCard, tag_card, tag_lines
from workorder.outbound.templates import Templates


@click.command()
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the card.")
@click.option("--language", metavar="L", help="Of the explanations [the site's].")
@json_option
def tags(pdf: Path | None, language: str | None, as_json: bool) -> None:
    """List the tags in force with all their spellings; with --pdf, write a card to be printed."""
    config = load_config()
    vocabulary = rulefiles.load(config.paths.rules).vocabulary
    templates = Templates(shipped.templates_folder(), config.paths.templates)
    words = templates.phrases(chosen_language(templates, config, language))
    if as_json:
        print_json(_as_json(vocabulary, words))
    elif pdf is None:
        print_table(("TAG", "ALSO WRITTEN", "WHAT IT DOES"), _rows(vocabulary, words))
    if pdf is not None:
        card = tag_card(vocabulary, card_of(config), words.language)
        write_file(pdf, _printed(card, config.paths.templates))


def _rows(vocabulary: Vocabulary, words: Phrases) -> list[tuple[str, str, str]]:
    return [
        (
            f"#{line.spelling}",
            ", ".join(f"#{other}" for other in line.also),
            words(f"help.{line.tag}"),
        )
        for line in tag_lines(vocabulary, words.language)
    ]


def _as_json(vocabulary: Vocabulary, words: Phrases) -> list[dict[str, object]]:
    return [
        {
            "tag": line.tag.value,
            "spellings": [line.spelling, *line.also],
            "help": words(f"help.{line.tag}"),
        }
        for line in tag_lines(vocabulary, words.language)
    ]


def _printed(card: TagCard, overrides: Path) -> bytes:
    pool = RenderPool(1, shipped.templates_folder(), overrides)
    try:
        return pool.tag_card(card)
    finally:
        pool.close()
