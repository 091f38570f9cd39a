"""The page of evaluations."""

from __future__ import annotations

import streamlit as st


def show() -> None:
    st.title("Evals", anchor=False)
