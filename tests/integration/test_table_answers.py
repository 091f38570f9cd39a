"""Questions that are answered from the cells of tables, by the whole service."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing

import pytest

from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.types import Answer, AskQuery, UploadSpec
from tests.serving import ingest_all, settings_in

REPORT = b"""# Heron Shipping, annual report 2019

The company runs ferries between the islands.

## Sales by region

The table shows net sales by region (in thousands):

| Region | 2019 | 2018 | 2017 |
| --- | --- | --- | --- |
| North | $300,853 | $288,843 | $508,178 |
| South | 90,795 | 12,186 | 2,246 |
| Total net sales | $391,648 | $301,029 | $510,424 |

## Outlook

The company expects another calm year.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RagService]:
    settings = settings_in(tmp_path_factory.mktemp("answers"))
    with closing(build_service(settings)) as service:
        service.upload(UploadSpec("heron-report.md"), io.BytesIO(REPORT))
        ingest_all(settings)
        yield service


def ask(service: RagService, question: str) -> Answer:
    *_, last = service.ask(AskQuery(question, mode="extractive", use_cache=False))
    assert last.answer is not None
    return last.answer


def test_a_cell_is_quoted_with_unit_and_scale_and_cited_with_its_heads(service: RagService) -> None:
    answer = ask(service, "What were the net sales in the South in 2018?")
    assert "$12,186 thousand" in answer.sentences[0].text
    (cited,) = [one for one in answer.citations if one.cells]
    assert (cited.quote, cited.cells[0].row, cited.cells[0].column) == ("12,186", "South", "2018")
    assert {one.quote for one in answer.citations} == {"12,186", "South", "2018"}


def test_a_computed_number_shows_its_formula_and_cites_every_operand(service: RagService) -> None:
    answer = ask(service, "What was the percentage change in total net sales from 2018 to 2019?")
    sentence = answer.sentences[0]
    assert sentence.formula == "(391,648 − 301,029) ÷ 301,029 = 30.1%"
    assert {one.quote for one in answer.citations if one.cells} == {"$391,648", "$301,029"}
    assert sentence.highlight is not None
    assert sentence.text[slice(*sentence.highlight)] == "30.1%"


def test_the_row_with_the_highest_value_is_named(service: RagService) -> None:
    assert (
        ask(service, "Which region had the highest net sales in 2019?").sentences[0].text.startswith("North")
    )


def test_a_year_that_the_table_lacks_is_refused_with_those_it_has(service: RagService) -> None:
    answer = ask(service, "What were the net sales in the South in 2014?")
    assert answer.refused
    assert answer.notice is not None
    assert "2018" in answer.notice


PRICES = b"""# Price list of the Heron yard

| Boat | Kind | Price |
| --- | --- | --- |
| Ada | Dinghy | 1,200 |
| Bea | Dinghy | 2,400 |
| Cleo | Yacht | 98,000 |
"""
RIVAL = b"""# Plover Shipping, annual report 2019

The table shows net sales by region (in EUR thousands):

| Region | 2019 | 2018 | 2017 |
| --- | --- | --- | --- |
| Total net sales | 120,100 | 110,000 | 90,000 |
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RagService]:
    settings = settings_in(tmp_path_factory.mktemp("library"))
    with closing(build_service(settings)) as found:
        for name, data in (("heron.md", REPORT), ("prices.md", PRICES), ("plover.md", RIVAL)):
            found.upload(UploadSpec(name), io.BytesIO(data))
        ingest_all(settings)
        yield found


def test_a_figure_over_rows_shows_its_formula_and_cites_its_operands(library: RagService) -> None:
    answer = ask(library, "What is the average price of the dinghies?")
    assert answer.sentences[0].formula == "(1,200 + 2,400) ÷ 2 = 1,800"
    assert {one.quote for one in answer.citations if one.cells} == {"1,200", "2,400"}


def test_one_line_of_documents_in_other_currencies_is_not_compared(library: RagService) -> None:
    answer = ask(library, "Which company had the highest total net sales in 2019?")
    assert answer.refused
    assert answer.notice is not None
    assert "different units" in answer.notice


def test_records_of_another_kind_are_not_counted(library: RagService) -> None:
    answer = ask(library, "How many tractors cost more than 500?")
    assert answer.refused
    assert ask(library, "How many boats cost more than 2,000?").sentences[0].text.startswith("2 rows")
