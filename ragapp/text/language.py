"""The language of a short text such as a question, by its script and its commonest small words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

_WORD = re.compile(r"[^\W\d_]+")

_SCRIPTS: Mapping[str, str] = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "ARABIC": "ar",
    "GREEK": "el",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "THAI": "th",
    "CYRILLIC": "ru",
}
"""The language that a script stands for, by the first word of its characters' Unicode names. Japanese comes
before Chinese, because it uses Chinese characters, too."""

_UKRAINIAN = frozenset("іїєґ")

_SMALL_WORDS: Mapping[str, str] = {
    "en": "the of and to in is was are were what which who when where why how did does do has have many "
    "much for with from by on at that it its be can an if or not please there",
    "de": "der die das und ist sind war waren was wer wie wo wann warum welche welcher welches ein eine "
    "einen im in den dem des von mit für auf nicht hat haben wurde wurden zu zur zum viele bei "
    "nach wieviel",
    "fr": "le la les un une des du de et est sont était qui que quoi quel quelle quels quelles où quand "
    "comment pourquoi dans pour avec sur combien au aux ce cette a en par il elle",
    "es": "el la los las un una de del y es son fue era qué quién quiénes cuál cuáles cuándo dónde cómo "
    "cuánto cuántos cuántas por para con en que se al su sus ha hay",
    "it": "il lo la gli le un una di del della dei delle e è sono era chi che cosa quale quali dove "
    "quando come perché nel nella per con quanto quanti quante si al alla da ha",
    "pt": "o a os as um uma de do da dos das e é são foi era quem que qual quais onde quando como "
    "quanto quantos quantas por para com em no na nos nas se ao não",
    "nl": "de het een en van is zijn was waren wat wie waar wanneer waarom welke hoe hoeveel in op met "
    "voor door niet heeft werd naar te bij dat",
    "sv": "och är var vad vem när hur varför vilken vilket vilka det den de en ett av för med på som "
    "inte har till i många",
    "da": "og er var hvad hvem hvor hvornår hvordan hvorfor hvilken hvilket hvilke det den de en et af "
    "for med på som ikke har til i mange",
    "pl": "i ma mają w na z do "
    "jest są był była było co kto kiedy gdzie jak dlaczego ile który która które jaki "
    "jaka jakie się nie czy od po za przez",
    "tr": "ve bir bu ne kim nerede nasıl neden kaç hangi için ile olarak mi mı mu mü de da zaman olan "
    "kimdir nedir tarafından hangisi",
    "ro": "și este sunt a fost au care ce cine când unde cum de la în pe cu din pentru câți câte cât un "
    "o al ai ale lui nu se",
    "vi": "là của và các những gì ai khi nào đâu tại sao như thế bao nhiêu một được trong cho có không "
    "với đã ở người đến này về",
    "id": "yang dan di dari apa siapa kapan mana bagaimana mengapa berapa untuk dengan pada adalah ini "
    "itu ke oleh dalam tidak",
    "cs": "a je jsou byl byla bylo co kdo kdy kde jak proč kolik který která které v na z se do pro od "
    "po za ne jaký jaká jaké",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _small in set(_words.split()):
        _LANGUAGES_OF.setdefault(_small, []).append(_language)


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language that the text is probably in; None when nothing shows it."""
    by_script = _by_script(text)
    if by_script is not None:
        return by_script
    found: Counter[str] = Counter()
    for word in _WORD.findall(unicodedata.normalize("NFC", text).lower()):
        languages = _LANGUAGES_OF.get(word, [])
        for language in languages:  # a word of one language alone shows more
            found[language] += 6 // len(languages) + 1
    if not found:
        return None
    (best, most), *others = found.most_common(2)
    return best if not others or others[0][1] < most else None


def _by_script(text: str) -> str | None:
    letters = [character for character in text if character.isalpha()]
    counted = Counter(unicodedata.name(letter, "").partition(" ")[0].partition("-")[0] for letter in letters)
    for script, language in _SCRIPTS.items():
        if 3 * counted[script] >= len(letters) > 0:
            is_ukrainian = language == "ru" and not _UKRAINIAN.isdisjoint(text.lower())
            return "uk" if is_ukrainian else language
    return None
