"""Detection of the encoding of texts without a byte order mark."""

from __future__ import annotations

import pytest

from ingest.parse.encoding import decode
from ragapp.errors import ParseError

SHORT = [
    ("cp1252", "Grüße aus München"),
    ("cp1252", "Bitte schicken Sie uns die Rechnung bis Monatsende, spätestens übermorgen."),
    ("cp1252", "¿Dónde está la estación?"),
    ("cp1252", "El niño comió una manzana esta mañana."),
    ("cp1252", "Le garçon a mangé une crêpe près de la forêt."),
    ("cp1252", "La città è più bella di notte."),
    ("cp1252", "La première neige est tombée hier soir – à “Orléans”."),
    ("cp1252", "Don’t press “Start” until the light is green."),
    ("cp1252", "It costs £5, or €50 for “the lot”, at 20°C – they’ve said."),
    ("cp1252", "The war of 1939–1945: “the soldier’s story”, he’ll say."),
    ("cp1250", "Łódka płynęła powoli w dół rzeki."),
    ("cp1250", "Umowa została podpisana przez obie strony."),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
    ("iso8859-2", "Książka leży na stole obok okna."),
    ("cp1254", "Büyük şirketleri nasıl protesto edebilirsiniz?"),
    ("cp1251", "Мороз и солнце; день чудесный!"),
    ("koi8_r", "Ещё ты дремлешь, друг прелестный."),
    ("cp1253", "Το τρένο φεύγει στις οκτώ το πρωί."),
    ("cp850", "Der Zug fährt um acht Uhr früh ab und hält in Köln."),
    ("mac_roman", "Mi hermano vive en Málaga desde hace cinco años."),
    ("shift_jis", "吾輩は猫である。名前はまだ無い。"),
    ("gb18030", "我们明天早上八点出发。"),
]


@pytest.mark.parametrize(("encoding", "text"), SHORT)
def test_the_encoding_of_one_sentence_is_detected(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_a_single_non_ascii_character_far_into_the_text_is_decoded() -> None:
    log = "All is well at the pump.\n" * 20_000
    text = f"{log}Straße gesperrt, Umleitung über Köln.\n{log}"
    assert decode(text.encode("cp1252"), "a.log") == text


def test_quotes_of_windows_are_quotes_though_the_rest_is_latin_1() -> None:
    text = "Die Straße ist gesperrt, die Brücke auch.\n" * 8000 + "Er sagte: “Nächste Woche”.\n"
    assert decode(text.encode("cp1252"), "a.txt") == text


def test_what_is_in_no_encoding_is_refused() -> None:
    with pytest.raises(ParseError, match="Save it as UTF-8"):
        decode(bytes(range(128, 256)) * 8 + bytes(range(1, 9)) * 40, "a.txt")
