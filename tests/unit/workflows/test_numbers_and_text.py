"""Numbers as people type them, and text made safe to keep."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.faults import Fault, InvalidValues, shown
from workflows.numbers import is_whole, read_number, written
from workflows.text import FOLDED_LENGTH, clean, folded

NUMBERS = [
    ("30", "30"),
    (" 30 ", "30"),
    ("30.0", "30"),
    ("30.", "30"),
    (".5", "0.5"),
    ("+7", "7"),
    ("-7", "-7"),
    ("−7", "-7"),
    ("-0", "0"),
    ("１２", "12"),
    ("１．５", "1.5"),
    ("7,5", "7.5"),
    ("7,25", "7.25"),
    ("1e3", "1000"),
    ("1E-3", "0.001"),
    ("007", "7"),
    ("18446744073709551615", "18446744073709551615"),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_number_is_read_as_people_type_it(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


NO_NUMBERS = (
    "|nan|NaN|inf|-Infinity|1e|e3|--5|1_000|0x10|1,024|1,234,5|30%|30 steps|½|٣٠|1 000|.|-|,5|5,|true|1e9999999"
    "|10²|²|x₂|①|⒈|1½"
)


@pytest.mark.parametrize("text", NO_NUMBERS.split("|"))
def test_what_may_mean_two_things_or_nothing_is_no_number(text: str) -> None:
    assert read_number(text) is None


def test_a_number_too_large_for_a_float_is_still_a_number_to_compare() -> None:
    huge, tiny = read_number("1e999999"), read_number("1e-999999")
    assert huge is not None
    assert huge > 10**400
    assert tiny is not None
    assert 0 < tiny < 1


def test_whole_numbers_are_told_from_fractions() -> None:
    assert is_whole(Decimal("30.0"))
    assert is_whole(Decimal("1e3"))
    assert not is_whole(Decimal("30.5"))
    assert not is_whole(Decimal("1e-999999"))


@pytest.mark.parametrize(
    ("number", "text"),
    [(7.0, "7"), (7.5, "7.5"), (20, "20"), (-0.25, "-0.25"), (1e22, "1e+22"), (Decimal("1e3"), "1000")],
)
def test_numbers_are_written_without_needless_digits(number: float | Decimal, text: str) -> None:
    assert written(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_written_numbers_are_read_exactly(number: float) -> None:
    read = read_number(written(number))
    assert read is not None
    assert type(number)(read) == number


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


def test_what_reorders_or_hides_is_dropped_and_line_breaks_stay() -> None:
    assert clean("a\u202eb\u2066c\x00d\x1be\x7ff\x9bg\ufeffh\ud800i") == "abcdefghi"
    assert clean("a\r\nb\rc\u2028d\x85e\tf") == "a\nb\nc\nd\ne\tf"
    assert clean("👩\u200d🎨 می\u200cخواهم") == "👩\u200d🎨 می\u200cخواهم"


def test_folding_makes_forms_alike_and_stays_quick_on_piled_up_marks() -> None:
    assert folded("  ＳＴＥＰＳ Straße −1 ") == "steps strasse -1"
    assert folded("Ａ" * (FOLDED_LENGTH + 1)) == "ａ" * (FOLDED_LENGTH + 1)


def test_what_is_repeated_to_a_person_is_short_flat_and_clean() -> None:
    assert shown("a\n  b\u202e\x1b[31m") == "“a b[31m”"
    assert shown("x" * 40) == f"“{'x' * 40}”"
    assert shown("x" * 41) == f"“{'x' * 39}…”"


def test_faults_are_listed_line_by_line() -> None:
    invalid = InvalidValues(Fault(parameter=name, reason="is wrong.") for name in ("steps", "cfg"))
    assert str(invalid) == "steps: is wrong.\ncfg: is wrong."
