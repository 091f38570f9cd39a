from datetime import date

import pytest

from ragapp.tables.periods import names_no_more_than_a_time, read_period, years_in


@pytest.mark.parametrize(
    ("text", "end", "months"),
    [
        ("2019", date(2019, 12, 31), 12),
        ("2 0 1 8", date(2018, 12, 31), 12),
        ("Years Ended September 30, 2019", date(2019, 9, 30), 12),
        ("Three months ended March 31, 2020", date(2020, 3, 31), 3),
        ("As of December 31, 2019", date(2019, 12, 31), None),
        ("December 29, 2019", date(2019, 12, 29), None),
        ("52 weeks ended 30 Mar 2019 £m", date(2019, 3, 30), 12),
        ("FY2019", date(2019, 12, 31), 12),
        ("FY19", date(2019, 12, 31), 12),
        ("2017/18", date(2018, 12, 31), 12),
        ("2018/2019", date(2019, 12, 31), 12),
        ("Q3 2022", date(2022, 9, 30), 3),
        ("4Q19", date(2019, 12, 31), 3),
        ("First quarter 2021", date(2021, 3, 31), 3),
        ("June 2021", date(2021, 6, 30), 1),
        ("Nine months ended 30 September 2018", date(2018, 9, 30), 9),
    ],
)
def test_periods_have_their_last_day_and_length(text: str, end: date, months: int | None) -> None:
    period = read_period(text)
    assert period is not None
    assert (period.end, period.year, period.months) == (end, end.year, months)


@pytest.mark.parametrize("text", ["Total", "2019 vs. 2018", "2015-2019", "1,2019", "Level 1"])
def test_what_names_no_time_or_several_is_no_period(text: str) -> None:
    assert read_period(text) is None


def test_a_range_has_its_years_and_a_season_its_second() -> None:
    assert years_in("2019 vs. 2018") == [2019, 2018]
    assert years_in("2017/2018") == [2018]


def test_headers_that_are_nothing_but_a_time() -> None:
    assert names_no_more_than_a_time("For the year ended March 31, 2020")
    assert not names_no_more_than_a_time("Balance at March 31, 2020")
    assert not names_no_more_than_a_time("")
