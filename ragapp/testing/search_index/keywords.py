"""Keywords, in texts and in queries."""

from __future__ import annotations

import pytest

from ragapp.protocols import SearchIndex
from ragapp.testing.library import Library
from ragapp.testing.search_index.fixtures import IndexFixtures, words


class KeywordContract(IndexFixtures):
    """Keywords, in texts and in queries."""

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("Müller paid 12,5 €", "muller"),
            ("the ﬁnancial report", "financial"),
            ("COVID-19 vaccines", "covid 19"),
            ("see RFC2119, section 3.5", "rfc2119 3.5"),
            ("infor\u00admation", "information"),
            ("黑豹队的防守只丢了 308分", "防守"),
            ("黑豹队的防守", "豹"),
            ("ผู้เล่นของทีม", "ทีม"),
            ("re\u0301sume\u0301", "résumé"),
            ("digest " + "0123456789abcdef" * 4, "0123456789abcdef" * 4),
            ("to be or not to be", "to be"),
        ],
    )
    def test_keywords_are_found_in_every_spelling(
        self, library: Library, index: SearchIndex, text: str, query: str
    ) -> None:
        library.add("a", [text])
        library.add("b", ["unrelated matter"])
        assert words(library, index, query) == [text]

    @pytest.mark.parametrize(
        "query", ["", "  ", '"herons', "text:herons AND (", "-herons *", "\\ ^2 ~ [a TO b]", "\0"]
    )
    def test_no_character_of_a_query_has_a_meaning(
        self, library: Library, index: SearchIndex, query: str
    ) -> None:
        library.add("a", ["Herons fish."])
        expected = ["Herons fish."] if "herons" in query else []
        assert words(library, index, query) == expected

    def test_headings_are_found(self, library: Library, index: SearchIndex) -> None:
        library.add("a", ["They fish at dusk."], heading="Herons")
        assert words(library, index, "herons") == ["They fish at dusk."]
