"""Takes a template's name and its values; gives HTML. Alone may import jinja2. Everything that is put in is escaped."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hub.dictionary import address, words
from hub.dictionary.words import Words

Renderer = Environment


def renderer() -> Renderer:
    """The templates of this package with the words of the interface; a name that nobody gave is an error."""
    environment = Environment(
        loader=PackageLoader("hub.dictionary"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"t": both, "address": address, "words": words}
    environment.filters |= {"said": said, "anchor": anchor}
    return environment


def render(environment: Renderer, template: str, path: str, values: Mapping[str, Any]) -> str:
    """One page; ``path`` is where it will stand, so that its links lead back to the root."""
    return environment.get_template(template).render(root=address.up(path), path=path, **values)


def both(zh: str, en: str) -> Markup:
    """The same in both languages; the style sheet shows one."""
    if zh == en:
        return Markup("{}").format(zh)
    return Markup('<span class="zh">{}</span><span class="en" lang="en">{}</span>').format(zh, en)


def said(text: Words) -> Markup:
    """Words of both languages as HTML."""
    return both(text.zh, text.en)


def anchor(text: str) -> str:
    """A text as part of an id and of the link to it."""
    return quote(text, safe="")
