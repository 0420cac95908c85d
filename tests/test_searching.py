import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk.searching import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Žofie Říhová", "zofie rihova"), ("ŠŤASTNÝ", "stastny"), ("Straße", "strasse"), ("Ⅳ", "iv"), ("", "")],
)
def test_fold_drops_capitals_and_accents(text: str, folded: str):
    assert fold(text) == folded


@given(st.text(alphabet="aábcčdďeéěfghiíjklmnňoópqrřsštťuúůvwxyýzžAÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ 0123456789"))
def test_fold_finds_a_word_typed_in_any_way(text: str):
    assert fold(text.upper()) == fold(text) == fold(fold(text))
    assert fold(text).isascii()
