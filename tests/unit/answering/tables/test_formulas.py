from decimal import Decimal
from pathlib import Path

import pytest

from ragapp.answering.tables.answers import answer_from_tables
from ragapp.answering.tables.catalogue import built_in, expression_of, load_catalogue
from ragapp.answering.tables.expressions import ExpressionError, LineTerm, evaluate, parse_expression, written
from ragapp.answering.tables.outcome import TableAnswer
from ragapp.answering.tables.sources import TableSource
from ragapp.errors import UsageError
from tests.unit.tables.grids import read

BALANCE_SHEET = [
    ["(in millions)", "2019", "2018"],
    ["Assets", "", ""],
    ["Cash and cash equivalents", "$130", "$91"],
    ["Inventories", "124", "114"],
    ["Total current assets", "391", "339"],
    ["Total assets", "$2,664", "$3,025"],
    ["Liabilities", "", ""],
    ["Accounts payable", "118", "138"],
    ["Total current liabilities", "300", "167"],
]
STATEMENT = [
    ["(in millions)", "2019", "2018"],
    ["Net sales", "$1,000", "$900"],
    ["Cost of sales", "(600)", "(500)"],
    ["Operating income", "150", "120"],
]
SOURCES = [TableSource(read(BALANCE_SHEET)), TableSource(read(STATEMENT))]


@pytest.mark.parametrize(
    ("question", "value", "formula"),
    [
        ("What was the current ratio in 2019?", "1.30", "391 ÷ 300"),
        ("What was the quick ratio in 2019?", "0.89", "(391 − 124) ÷ 300"),
        ("What was the working capital in 2018?", "172", "339 − 167"),
        ("What was the gross margin in 2019?", "40.0", "(1,000 − 600) ÷ 1,000"),
        ("What was the operating margin in 2018?", "13.3", "120 ÷ 900"),
        ("What was the inventory turnover in 2019?", "5.04", "600 ÷ ((124 + 114) ÷ 2)"),
        ("What was the asset turnover in 2019?", "0.35", "1,000 ÷ ((2,664 + 3,025) ÷ 2)"),
    ],
)
def test_formulas_of_the_catalogue_take_their_lines_from_several_tables(
    question: str, value: str, formula: str
) -> None:
    answer = answer_from_tables(question, SOURCES)
    assert isinstance(answer, TableAnswer)
    assert answer.computed is not None
    assert (round(answer.computed.value, answer.computed.decimals), answer.computed.formula) == (
        Decimal(value),
        formula,
    )


def test_a_row_that_has_a_part_of_the_formulas_name_is_not_taken_for_it() -> None:
    selected = [["(in millions)", "2019", "2018"], ["Working capital", "$91", "$172"], ["Debt", "5", "6"]]
    sources = [TableSource(read(selected)), *SOURCES]
    answer = answer_from_tables("What was the working capital ratio in 2019?", sources)
    assert isinstance(answer, TableAnswer)
    assert answer.computed is not None
    assert answer.computed.formula == "391 ÷ 300"


def test_a_formula_without_one_of_its_lines_is_not_answered() -> None:
    assert answer_from_tables("What was the interest coverage in 2019?", SOURCES) is None


def test_every_expression_of_the_catalogue_can_be_read_and_has_names_for_its_lines() -> None:
    catalogue = built_in()
    for formula in catalogue.formulas:
        for term in expression_of(formula).terms():
            assert term.name in catalogue.lines


def test_users_add_formulas_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "formulas.toml"
    file.write_text(
        '[[formulas]]\nnames = ["cash share"]\ncomputes = "{cash} / {total assets}"\ngives = "percentage"\n'
    )
    answer = answer_from_tables("What was the cash share in 2019?", SOURCES, load_catalogue(file))
    assert isinstance(answer, TableAnswer)
    assert answer.computed is not None
    assert answer.computed.formula == "130 ÷ 2,664"


@pytest.mark.parametrize(
    "text",
    [
        "[[formulas]]\nnames = 3",
        '[[formulas]]\nnames = ["a"]\ncomputes = "{a} +"\ngives = "ratio"',
        '[[formulas]]\nnames = ["a"]\ncomputes = "__import__(1)"\ngives = "ratio"',
        "not toml",
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "formulas.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match="cannot be read"):
        load_catalogue(file)


def test_expressions_are_computed_by_precedence() -> None:
    expression = parse_expression("2 * ({a} + 3) - {b:before} / 4")
    values = {"a": Decimal(5), "b": Decimal(8)}
    assert evaluate(expression, lambda term: values[term.name]) == 14
    assert written(expression, lambda term: term.name) == "2 × (a + 3) − (b ÷ 4)"
    assert list(expression.terms()) == [LineTerm("a", "at"), LineTerm("b", "before")]


@pytest.mark.parametrize("text", ["", "1 +", "(1", "1 2", "a", "{a:later}", "1 ** 2"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text)
