import pytest

from ragapp.answering.tables.sources import TableSource
from ragapp.answering.tables.verifying import judge_by_cells
from ragapp.types import Verdict
from tests.unit.answering.tables.test_answering_tables import INCOME
from tests.unit.tables.grids import read
from tests.unit.tables.test_table_reading import INTRODUCED, SALES


def verdict(claim: str) -> Verdict | None:
    sources = [TableSource(read(SALES, introduction=INTRODUCED)), TableSource(read(INCOME))]
    judged = judge_by_cells(claim, sources)
    return None if judged is None else judged.verdict


@pytest.mark.parametrize(
    "claim",
    [
        "Total sales were $1,496.5 million in 2019.",
        "Total sales were about $1.5 billion in 2019.",
        "In 2018, total sales were $1,202.9 million.",
        "Total sales rose from $1,202.9 million in 2018 to $1,496.5 million in 2019.",
        "Revenue from Mexico was $90,795 thousand in 2019.",
        "Revenue from Mexico was $90.8 million in 2019 [1].",
        "The cost of revenue was $200 million in 2019.",
        "The gross margin was 55.2% in 2018.",
        "Total sales increased by 24.4% from 2018 to 2019.",
    ],
)
def test_true_numbers_of_cells_are_supported(claim: str) -> None:
    assert verdict(claim) == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Total sales were $1,202.9 million in 2019.",  # another year's value
        "Total sales were $1,452.4 million in 2019.",  # another row's value
        "Total sales were $1,496.5 million in 2018.",  # another year
        "Total sales were $1,496.5 billion in 2019.",  # another scale
        "Total sales were €1,496.5 million in 2019.",  # another unit
        "The gross margin was 57.4% in 2018.",
        "Total sales increased by 14.4% from 2018 to 2019.",
        "Total sales rose from $1,202.9 million in 2018 to $1,107.7 million in 2019.",
    ],
)
def test_numbers_of_another_row_column_year_scale_or_unit_are_not(claim: str) -> None:
    assert verdict(claim) == "unsupported"


def test_a_number_without_its_scale_is_partly_supported() -> None:
    assert verdict("Total sales were $1,496.5 in 2019.") == "partial"


@pytest.mark.parametrize("claim", ["The company sails to 12 islands.", "Sales are recognized at delivery."])
def test_claims_about_nothing_in_the_tables_are_left_to_others(claim: str) -> None:
    assert verdict(claim) is None
