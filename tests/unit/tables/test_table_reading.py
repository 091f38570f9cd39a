"""Tables of annual reports, from TAT-QA (CC BY 4.0, nextplusplus.github.io/TAT-QA), and our own."""

from datetime import date
from decimal import Decimal

from ragapp.tables import read_table
from ragapp.types import Table
from tests.unit.tables.grids import cell, grid, read

SALES = [
    ["", "", "Years Ended September 30,", ""],
    ["", "2019", "2018", "2017"],
    ["Fixed Price", "$  1,452.4", "$  1,146.2", "$  1,036.9"],
    ["Other", "44.1", "56.7", "70.8"],
    ["Total sales", "$1,496.5", "$1,202.9", "$1,107.7"],
]
INTRODUCED = "The table below presents total net sales disaggregated by contract type (in millions):"
PLANS = [
    ["", "Domestic", "", "International", ""],
    ["", "September 30,", "", "September 30,", ""],
    ["", "2019", "2018", "2019", "2018"],
    ["Discount rate", "4.00%", "3.75%", "1.90%", "2.80%"],
    ["Expected return on plan assets", "", "", "3.40%", "3.70%"],
]
SELECTED = [
    ["", "", "", "As of and for the Year Ended May 31,"],
    ["(in millions, except per share amounts)", "2019", "2018 (4)", "2017 (4)"],
    ["", "Consolidated Statements of Operations Data:", "", ""],
    ["Total revenues", "$39,506", "$39,383", "$37,792"],
    ["Earnings per share—diluted (1)", "$2.97", "$0.85", "$2.24"],
    ["Diluted weighted average common shares outstanding", "3,732", "4,238", "4,217"],
    ["", "Consolidated Balance Sheets Data:", "", ""],
    ["Working capital (2)", "$27,756", "$57,035", "$50,995"],
]
BALANCE = [
    ["As of", "2019", "2018"],
    ["Assets", "", ""],
    ["Cash and equivalents", "$130", "$91"],
    ["Inventories", "124", "114"],
    ["Total current assets", "391", "339"],
    ["Total assets", "$2,664", "$3,025"],
    ["Liabilities", "", ""],
    ["Current debt", "696", "20"],
    ["Total liabilities", "$909", "$1,305"],
]


def test_units_scale_and_period_come_from_introduction_and_header_rows() -> None:
    found = cell(read(SALES, introduction=INTRODUCED), "Other", "2018")
    assert (found.value, found.unit, found.scale) == (Decimal("56.7"), "USD", 6)
    assert found.amount == 56_700_000
    column = read(SALES).columns[1]
    assert column.path == ("Years Ended September 30,", "2018")
    assert column.period is not None
    assert (column.period.end, column.period.months) == (date(2018, 9, 30), 12)


def test_cells_are_spans_of_the_document() -> None:
    text, table = grid(SALES)
    found = cell(read_table(text, table), "Fixed Price", "2017")
    assert text[found.start : found.end] == "$  1,036.9"


def test_header_rows_without_merged_cells_are_spread_over_their_columns() -> None:
    table = read(PLANS)
    assert [column.path[0] for column in table.columns] == ["Domestic"] * 2 + ["International"] * 2
    assert cell(table, "Discount rate", "International › September 30, › 2018").value == Decimal("2.80")
    assert cell(table, "Discount rate", "Domestic › September 30, › 2019").type == "percent"


def test_merged_header_cells_name_the_columns_that_they_cover() -> None:
    rows = [
        ["", "Sales", "", "Costs", ""],
        ["", "2020", "2021", "2020", "2021"],
        ["North", "1", "2", "3", "4"],
    ]
    table = read(rows, spans={(0, 1): 2, (0, 3): 2})
    assert [" ".join(column.path) for column in table.columns] == [
        "Sales 2020",
        "Sales 2021",
        "Costs 2020",
        "Costs 2021",
    ]


def test_per_share_amounts_are_exempt_from_the_scale_and_shares_are_no_money() -> None:
    table = read(SELECTED)
    assert (cell(table, "revenues", "2018").scale, cell(table, "Earnings", "2018").scale) == (6, 0)
    shares = cell(table, "weighted average", "2017")
    assert (shares.unit, shares.scale) == (None, 6)


def test_a_label_without_values_is_the_section_of_the_rows_below() -> None:
    table = read(SELECTED)
    assert [row.path[0] for row in table.rows] == ["Consolidated Statements of Operations Data"] * 3 + [
        "Consolidated Balance Sheets Data"
    ]
    assert table.rows[-1].path[-1] == "Working capital"


def test_totals_end_their_section() -> None:
    rows = {row.name: row for row in read(BALANCE).rows}
    assert rows["Total current assets"].path == ("Assets", "Total current assets")
    assert rows["Total assets"].path == ("Assets", "Total assets")
    assert rows["Current debt"].path == ("Liabilities", "Current debt")
    assert rows["Total liabilities"].total
    assert not rows["Inventories"].total


def test_indentation_is_hierarchy() -> None:
    rows = [["", "2020"], ["Revenue", "10"], ["Products", "7"], ["Services", "3"], ["Costs", "4"]]
    table = read(rows, indents={2: 1, 3: 1})
    assert [row.path for row in table.rows] == [
        ("Revenue",),
        ("Revenue", "Products"),
        ("Revenue", "Services"),
        ("Costs",),
    ]


def test_signs_in_cells_of_their_own_go_with_their_number() -> None:
    rows = [
        ["", "", "2020", "", "", "2019"],
        ["Net sales", "$", "1,200", "", "$", "1,100"],
        ["Loss", "", "(35", ")", "", "(7"],
        ["Margin", "", "12", "%", "", "11"],
    ]
    table = read(rows)
    assert [column.path for column in table.columns] == [("2020",), ("2019",)]
    assert cell(table, "Net sales", "2020").unit == "USD"
    assert cell(table, "Loss", "2020").value == -35
    assert (cell(table, "Margin", "2020").unit, cell(table, "Margin", "2020").value) == ("%", 12)


def test_rows_and_columns_have_units_of_their_own() -> None:
    rows = [
        ["$ million", "2019", "2018", "Change (%)"],
        ["Revenue", "503.6", "476.9", "5.6"],
        ["Gross margin (%)", "73.2", "72.2", "1.0"],
        ["Basic earnings per share (cents)", "12.79", "9.14", "39.9"],
        ["Energy (MWh)", "12", "14", "(14.3)"],
    ]
    table = read(rows)
    units = {
        row.name: (found.unit, found.scale) for row in table.rows if (found := table.cells[row.index, 1])
    }
    assert units == {
        "Revenue": ("USD", 6),
        "Gross margin (%)": ("%", 0),
        "Basic earnings per share (cents)": ("cents", 0),
        "Energy (MWh)": ("MWh", 0),
    }
    assert cell(table, "Revenue", "Change").unit == "%"


def test_columns_named_anew_below_are_columns_of_their_own() -> None:
    rows = [
        ["", "2020", "2019"],
        ["Sales", "10", "9"],
        ["", "2018", "2017"],
        ["Sales", "8", "7"],
    ]
    table = read(rows)
    years = {column.period.year: column for column in table.columns if column.period}
    assert [
        found.value for year in (2020, 2017) for row in table.rows if (found := table.cell(row, years[year]))
    ] == [10, 7]


def test_repeated_header_rows_are_no_data() -> None:
    rows = [["", "2020", "2019"], ["Sales", "10", "9"], ["", "2020", "2019"], ["Costs", "8", "7"]]
    table = read(rows)
    assert [row.name for row in table.rows] == ["Sales", "Costs"]
    assert len(table.columns) == 2


def test_a_list_with_numbered_rows_is_named_by_its_second_column() -> None:
    rows = [["No.", "Item", "Price"], ["1", "Bolt", "0.20"], ["2", "Nut", "0.10"], ["3", "Washer", "0.05"]]
    assert [row.name for row in read(rows).rows] == ["Bolt", "Nut", "Washer"]


def test_a_group_column_is_the_section_of_its_rows() -> None:
    rows = [
        ["Region", "City", "Staff"],
        ["North", "Oslo", "12"],
        ["", "Bergen", "7"],
        ["South", "Rome", "9"],
        ["", "Bari", "3"],
    ]
    assert [row.path for row in read(rows).rows] == [
        ("North", "Oslo"),
        ("North", "Bergen"),
        ("South", "Rome"),
        ("South", "Bari"),
    ]


def test_shares_in_thousands_do_not_scale_the_money() -> None:
    rows = [["", "2019"], ["Net income", "$1,887.8"], ["Weighted average shares", "442,319"]]
    table = read(
        rows,
        introduction="Data for the years ended December 31, (shares in thousands, except per share data):",
    )
    assert [found.scale for found in table.cells.values()] == [0, 3]


def test_european_numbers_are_read_by_column() -> None:
    rows = [["Umsatz in Mio. €", "2020", "2019"], ["Nord", "1.234,5", "987,0"], ["Süd", "1.000", "12,25"]]
    table = read(rows)
    assert cell(table, "Süd", "2020").value == 1000
    assert (cell(table, "Nord", "2020").unit, cell(table, "Nord", "2020").scale) == ("EUR", 6)


def test_a_table_without_cells_is_read_from_its_lines() -> None:
    text = "Prices\n\nItem | 2020 | 2021\n--- | --- | ---\nBolt | $0.20 | $0.25\n"
    start = text.index("Item")
    table = read_table(text, Table(start, len(text) - 1, "Item | 2020 | 2021"))
    found = cell(table, "Bolt", "2021")
    assert (found.value, text[found.start : found.end]) == (Decimal("0.25"), "$0.25")


def test_a_table_without_numbers_has_its_words() -> None:
    rows = [["Asset", "Useful life"], ["Goodwill", "Indefinite"], ["Buildings", "Up to 40 years"]]
    table = read(rows)
    assert cell(table, "Goodwill", "Useful life").text == "Indefinite"
    assert not table.numeric


def test_an_empty_table_has_no_cells() -> None:
    assert read_table("Text.", Table(0, 0, "")).cells == {}
