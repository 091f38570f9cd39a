"""Telling the language of a question."""

from __future__ import annotations

import pytest

from ragapp.text.language import language_of


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What port does POP3 use?", "en"),
        ("Wie viele Tage Urlaub haben Angestellte?", "de"),
        ("¿Cuándo se construyó el puerto?", "es"),
        ("Combien de jours de congé avons-nous ?", "fr"),
        ("Quanti giorni di ferie ha un dipendente?", "it"),
        ("Quantos dias de férias tem um funcionário?", "pt"),
        ("Hoeveel vakantiedagen heeft een werknemer?", "nl"),
        ("Ile dni urlopu ma pracownik?", "pl"),
        ("Сколько дней отпуска у сотрудника?", "ru"),
        ("Скільки днів відпустки є у працівника?", "uk"),
        ("従業員の休暇は何日ですか。", "ja"),
        ("员工有多少天假期？", "zh"),
        ("직원의 휴가는 며칠입니까?", "ko"),
        ("كم عدد أيام الإجازة؟", "ar"),
        ("POP3 port", None),
        ("", None),
    ],
)
def test_the_language_of_a_question(question: str, language: str | None) -> None:
    assert language_of(question) == language
