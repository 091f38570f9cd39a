"""The tables of a document in a dialog: they can be sorted, and downloaded as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import streamlit as st

from ragapp.types import (
    ColumnType,
    ResultColumn,
    SortKey,
    TablePlan,
    TableResult,
    TableSummary,
    TableValue,
)
from ui.escape import html_text, label_text, visible
from ui.formatting import counted
from ui.outage import refreshing
from ui.session import client

_KEY = "viewing-tables"
_CHOSEN = "table-chosen"
_NUMBERS: Final[tuple[ColumnType, ...]] = ("number", "percent", "money")
_SHOWN_ROWS: Final = 1000
_IN_FILE: Final = "As in the file"
_SCALES: Final = {3: "thousands", 6: "millions", 9: "billions"}
_LONGEST_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class _Viewing:
    """The tables of a document; the one at the character `at` of its text is shown first."""

    document_id: str
    name: str
    at: int | None = None


def view_tables(document_id: str, name: str, at: int | None = None) -> None:
    """Opens the tables of a document in the next run, first the one at the character `at` of its text.

    Call it from a widget's callback.
    """
    st.session_state[_KEY] = _Viewing(document_id, name, at)
    st.session_state.pop(_CHOSEN, None)
    st.rerun()  # the whole page: the button may be in a fragment, but the dialog is not


def show_tables() -> None:
    """Shows the dialog if it is open. Pages call this once, at their end."""
    viewing: _Viewing | None = st.session_state.get(_KEY)
    if viewing is not None:
        title = f"Tables of {label_text(viewing.name)}"
        st.dialog(title, width="large", on_dismiss=_close)(_show)(viewing)


def _close() -> None:
    st.session_state.pop(_KEY, None)


def _show(viewing: _Viewing) -> None:
    with refreshing():
        document = client().document(viewing.document_id)
        tables = client().tables(document.collection, viewing.document_id)
        if not tables:
            st.caption("No tables were found in this document.")
            return
        _show_table(_choose(tables, viewing.at))


def _choose(tables: Sequence[TableSummary], at: int | None) -> TableSummary:
    if len(tables) == 1:
        return tables[0]
    first = next((n for n, one in enumerate(tables) if at is not None and one.start <= at < one.end), 0)
    by_id = {one.id: one for one in tables}
    chosen = st.selectbox(
        f"Table, of {len(tables):,}",
        list(by_id),
        index=first,
        format_func=lambda table_id: _title(by_id[table_id]),
        key=_CHOSEN,
    )
    return by_id[chosen]


def _title(table: TableSummary) -> str:
    """A plain text: the options of a select box are not Markdown."""
    caption = " ".join(visible(table.caption).split()) or ", ".join(table.columns)
    short = f"{caption[:_LONGEST_TITLE]}…" if len(caption) > _LONGEST_TITLE else caption
    return f"{table.number}. {short} (page {table.page:,})"


def _show_table(table: TableSummary) -> None:
    introduction = "" if table.data_file else client().table(table.id).table.introduction
    st.html(
        f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(table.caption)}</div>'
        f'<p class="ragapp-soft">{html_text(introduction)}</p>'
        f'<div class="ragapp-soft">Page {table.page:,} · {counted(table.rows, "row")}</div>'
    )
    result = client().query_table(table.id, TablePlan(sort=_order(table), limit=_SHOWN_ROWS))
    st.dataframe(
        {_heading(column): _values(result, place) for place, column in enumerate(result.columns)},
        hide_index=True,
        width="stretch",
        column_config={_heading(column): _config(column) for column in result.columns},
    )
    if len(result.rows) < result.matching:
        st.caption(f"The first {len(result.rows):,} of {result.matching:,} rows. The file has all of them.")
    st.download_button(
        "Download the table",
        lambda: client().export_table(table.id, "csv"),
        file_name=f"table-{table.id}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"table-csv-{table.id}",
        on_click="ignore",
    )


def _order(table: TableSummary) -> tuple[SortKey, ...]:
    """Only a part of a data file is shown, so all of its rows are sorted before."""
    if not table.data_file:
        return ()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox("Sort all rows by", [_IN_FILE, *table.columns], key=f"table-sort-{table.id}")
        descending = st.toggle("Largest first", key=f"table-descending-{table.id}")
    return () if column == _IN_FILE else (SortKey(column, descending),)


def _heading(column: ResultColumn) -> str:
    scale = _SCALES.get(column.scale, f"10^{column.scale}") if column.scale else None
    about = ", ".join(filter(None, (column.unit, scale)))
    return visible(f"{column.name} ({about})" if about else column.name)


def _values(result: TableResult, place: int) -> list[float | str | None]:
    number = result.columns[place].type in _NUMBERS
    return [_number(row[place]) if number else _text(row[place]) for row in result.rows]


def _number(value: TableValue) -> float | None:
    return float(value) if isinstance(value, Decimal) else None


def _text(value: TableValue) -> str | None:
    return None if value is None else visible(str(value))


def _config(column: ResultColumn) -> Any:
    if column.type in _NUMBERS:
        return st.column_config.NumberColumn(format="localized")
    return st.column_config.TextColumn()
