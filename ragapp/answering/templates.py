"""The templates of prompts, which `prompts.toml` holds: the instructions of generators, by class of model."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from ragapp.text.language import language_of

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """The template of a prompt: `system` precedes the passages and is the same for all questions; `rules`
    follow the passages.

    `foreign_rules` replace the rules for a question that is not in English.
    """

    about: str
    system: str
    rules: tuple[str, ...]
    foreign_rules: tuple[str, ...]

    def rules_for(self, question: str) -> list[str]:
        """The rules in the language of the question; without a denial of that language, in English."""
        language = language_of(question)
        known = library().languages.get(language or ENGLISH)
        if known is None or language is None:
            return [rule.format(language="the language of the question") for rule in self.rules]
        rules = self.rules if language == ENGLISH else self.foreign_rules
        return [rule.format(language=known.name, denial=known.denial) for rule in rules]


@dataclass(frozen=True, slots=True)
class Language:
    """The English name of a language, and the sentence in it that says that there is no answer."""

    name: str
    denial: str


@dataclass(frozen=True, slots=True)
class TemplateLibrary:
    version: str
    templates: Mapping[str, PromptTemplate]
    languages: Mapping[str, Language]


@cache
def library() -> TemplateLibrary:
    """All templates and languages."""
    text = files("ragapp.answering").joinpath("prompts.toml").read_text(encoding="utf-8")
    read = TypeAdapter(TemplateLibrary).validate_python(tomllib.loads(text))
    stripped = {
        name: PromptTemplate(one.about, one.system.strip(), one.rules, one.foreign_rules)
        for name, one in read.templates.items()
    }
    return TemplateLibrary(read.version, stripped, read.languages)


def template(name: str) -> PromptTemplate:
    """The template of that name. Raises KeyError."""
    return library().templates[name]
