"""The blocklist: what it finds however it is dressed up, what it leaves alone, and what becomes of it."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SubmissionError
from bot.policy.blocklist import (
    MOST_CHARACTERS,
    MOST_EXPRESSIONS,
    MOST_PATTERNS,
    MOST_STEPS_OF_ALL,
    Blocklist,
    compiled,
    refusal_of_pattern,
    refusal_of_texts,
)
from bot.policy.plain import joined, plain
from bot.policy.rulebook import Deed, Pattern, Reading

NUDE = Pattern(text="nude")


def listed(*texts: str | Pattern) -> Blocklist:
    """Make a list of words or patterns."""
    return compiled([Pattern(text=each) if isinstance(each, str) else each for each in texts])


def blocks(blocklist: Blocklist, text: str) -> bool:
    """Tell whether a text is blocked."""
    return blocklist.judge({"prompt": text}).blocked is not None


FOUND = {
    "as it stands": "a nude figure",
    "in capitals": "NuDE",
    "beside signs": "(nude:1.3), <b>nude</b>",
    "beside an underscore": "nude_figure",
    "wide": "ｎｕｄｅ",
    "in another font": "𝓷𝓾𝓭𝓮",
    "in circles": "ⓝⓤⓓⓔ",
    "with accents": "ñüdé",
    "with piled-up accents": "n\u0336\u0302u\u0489d\u0301\u0301e".replace("\u0489", "\u0330"),
    "with nothing that is seen between": "n\u200bu\u200cd\u2060e\ufeff",
    "with a soft hyphen": "nu\u00adde",
    "with a change of direction": "\u202enude\u202c",
    "with variants": "n\ufe0fude",
    "with the braille blank": "nu\u2800de",
    "with a Cyrillic letter": "nudе",
    "with a Greek capital": "ΝUDE",
    "spelled with spaces": "a n u d e figure",
    "spelled with hyphens": "n-u-d-e",
    "spelled with what there is": "n . u_d   e",
    "spelled in wide letters": "ｎ ｕ ｄ ｅ",
    "with a stroke": "nuđe",
    "in small capitals": "ɴᴜᴅᴇ",
    "white on black": "🅽🆄🅳🅴",
    "white in black circles": "🅝🅤🅓🅔",
    "with strokes and hooks": "ɲʉɗɇ",
    "with a Mongolian variant": "n\u180bude",
    "with a Cyrillic mark": "n\u0483ude",
    "in regional indicators": "🇳🇺🇩🇪",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_a_word_is_found(text):
    assert blocks(listed("nude"), text)
    assert blocks(listed(text.replace("<b>nude</b>", "")), text)


LEFT_ALONE = [
    "denuded land", "nudes", "Nu de bleu", "nu de", "n u d", "n1ude", "a canoe", "", "   ", "n u dd e", "nuude", "nud3",
]  # fmt: skip


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_no_such_word_is_left_alone(text):
    assert not blocks(listed("nude"), text)


@pytest.mark.parametrize(
    ("word", "found", "not_found"),
    [
        # A phrase.
        ("big cat", ["a BIG,  cat", "b i g c a t"], ["big", "cat big", "big dog cat", "bigcat"]),
        ("big", ["so big"], ["b i g"]),  # three letters are not joined
        ("a b", ["a-b", "c a b"], ["ab", "a c b"]),
        # Capitals of other scripts; marks that make another letter of one.
        ("нет", ["НЕТ", "ну нет"], ["het", "нетто"]),
        ("ёж", ["ЁЖ", "еж"], []),
        ("straße", ["STRASSE", "Straße"], []),
        ("バス", ["赤いバス"], ["ハス"]),
        ("裸", ["全裸の人", "裸"], ["人"]),
        ("한국", ["한국"], ["한국어"]),
        ("เมา", ["คนเมา"], ["เรา"]),
        ("नंगा", ["एक नंगा", "न\u200dंगा"], ["ने गा", "न ग", "नंगाई", "नागा"]),
        ("की", ["की", "उस की!"], ["कि", "क", "कु"]),
        ("பால்", ["பால்"], ["பல", "ப ல"]),
        ("nude", ["n\u093fu\u093fd\u093fe"], []),
        # Letters of one script that look like a word of another.
        ("ass", ["аѕѕ", "аss"], ["касса"]),
        ("4chan", ["4CHAN", "4 c h a n"], ["achan"]),
        ("cafe", ["café", "cafe\u0301"], []),
        ("İstanbul", ["istanbul", "ISTANBUL", "ıstanbul"], []),
    ],
)
def test_words_of_many_kinds(word, found, not_found):
    blocklist = listed(word)

    assert [each for each in found if not blocks(blocklist, each)] == []
    assert [each for each in not_found if blocks(blocklist, each)] == []


def halved(text: str) -> str:
    """Write a text with letters of half the width, and marks and parts of syllables apart."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(_HALVES.get(char, char) for char in apart)


_HALVES = {
    **{unicodedata.normalize("NFKD", chr(code)): chr(code) for code in range(0xFF61, 0xFFDD)},
    # The end of a syllable, by the letter that it is: 27 in their order.
    **{chr(0x11A8 + number): char for number, char in enumerate("ﾡﾢﾣﾤﾥﾦﾧﾩﾪﾫﾬﾭﾮﾯﾰﾱﾲﾴﾵﾶﾷﾸﾺﾻﾼﾽﾾ")},
}


MARKED = [
    ("ポルノ", ["ﾎﾟﾙﾉ", "ホ\u309aルノ", "ホﾟルノ", "ホ゜ルノ", "ﾎ\u200bﾟﾙﾉ", "ﾎ\u0301ﾟﾙﾉ"], ["ホルノ", "ボルノ", "ﾎﾞﾙﾉ"]),
    ("カジノ", ["ｶｼﾞﾉ"], ["ｶｼﾉ"]),
    ("ヌード", ["ﾇｰﾄﾞ", "ﾇｰト\u3099", "ﾇｰﾄ゛"], ["ﾇｰﾄ"]),
    ("がくぶち", ["か\u3099くふ\u3099ち", "か゛くふ゛ち"], ["かくふち"]),
    ("ヴァギ", ["ｳﾞｧｷﾞ"], ["ｳｧｷ"]),
    ("한국", ["ﾾￂﾤﾡￓﾡ", "ㅎㅏㄴㄱㅜㄱ", unicodedata.normalize("NFD", "한국"), "ᄒ\u200bᅡ\u200bᆫ국"], ["하국"]),
    ("닭", ["ﾧￂﾪ", "ㄷㅏㄺ"], ["다", "ㄷㅏㄹㄱ"]),
    ("हिंदी\u0915\u093c", ["हिंदी\u0958"], []),
    ("آب", ["ا\u0653ب", "ﺁب"], ["اب"]),
    ("שׁל", ["\ufb2aל"], []),
]  # fmt: skip


@pytest.mark.parametrize(("word", "written", "others"), MARKED)
@pytest.mark.parametrize("reading", Reading)
def test_a_letter_is_one_with_its_marks_and_a_syllable_with_its_parts(word, written, others, reading):
    blocklist = listed(Pattern(text=word, reading=reading))

    assert [each for each in written if not blocks(blocklist, each)] == []
    assert [each for each in others if blocks(blocklist, each)] == []
    for each in written:
        if "\u0301" not in each and "\u200b" not in each:  # an expression has nothing that nobody sees
            assert blocks(listed(Pattern(text=each, reading=reading)), word)


def test_what_korean_chats_put_behind_a_syllable_is_no_part_of_it():
    blocklist = listed(Pattern(text="너무", reading=Reading.EXPRESSION))

    assert all(blocks(blocklist, text) for text in ("너무ㅋㅋ", "너무ㄳ", "너무ﾣ", "너무ﾻﾻ"))


_SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
_KANA = st.characters(min_codepoint=0x3041, max_codepoint=0x30FE)


@given(st.text(_SYLLABLES | _KANA | st.sampled_from("ab 日ｱﾞ゜")))
def test_a_text_of_half_the_width_is_the_same_text(text):
    assert plain(halved(text)).text == plain(text).text


@given(
    st.text(_SYLLABLES | _KANA | st.sampled_from("aé\u0301\u3099ﾊﾞ゜कि\u093cا\u0653ﾡￂ")),
    st.sampled_from("\u200b\u2060\ufe0f"),
)
def test_what_nobody_sees_keeps_no_mark_from_its_letter(text, unseen):
    assert plain(unseen.join(unicodedata.normalize("NFC", text))).text == plain(text).text


@given(st.text(_SYLLABLES | _KANA, min_size=1), st.text(_SYLLABLES | _KANA | st.sampled_from("ﬁﾊㄱé日 ")))
def test_what_is_replaced_goes_with_all_its_marks_and_nothing_else(word, around):
    around = unicodedata.normalize("NFC", around)
    if refusal_of_pattern(swap := Pattern(text=word, deed=Deed.REPLACE, replacement="x"), []) is None:
        ruling = listed(swap).judge({"prompt": f"日 {halved(word)} {around}"})

        if plain(word).text not in plain(around).text:
            assert ruling.texts == {"prompt": f"日 x {around}"}


@given(st.text(st.sampled_from("ﾎﾟﾙㄱㅏㄴ각e\u0301゛か\u3099()[]|\u05b0\u0338=") | st.characters(), max_size=30))
def test_a_text_that_is_joined_is_the_same_text_and_joined_once(text):
    assert plain(joined(text)).text == plain(text).text
    assert joined(joined(text)) == joined(text)


def test_every_text_is_judged_also_what_is_to_be_kept_out():
    assert listed("nude").judge({"prompt": "a cat", "negative": "nude"}).blocked == NUDE


def test_what_blocks_wins_and_nothing_else_is_told():
    flag, swap = Pattern(text="cat", deed=Deed.FLAG), Pattern(text="dog", deed=Deed.REPLACE, replacement="pup")

    ruling = listed(flag, swap, "nude").judge({"a": "cat dog", "b": "nude"})

    assert (ruling.blocked, ruling.texts, ruling.flagged) == (NUDE, {}, ())
    assert listed(flag, swap).judge({"a": "cat dog", "b": "a cat"}).flagged == (flag,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a dog.", "a pup."),
        ("DÖG, dog and d\u200bog", "pup, pup and pup"),
        ("a dog\u0301 here", "a pup here"),
        ("big dog", "beast"),
        ("a cat", None),
        ("ﬁne dog ﬁne", "ﬁne pup ﬁne"),
        ("ｄｏｇ㍿dog", "pup㍿pup"),
        ("x1 dog-2 dogs", "x1 pup-# dogs"),
        ("the number 12 and 345", "the number # and #"),
    ],
)
def test_what_is_replaced_is_replaced_in_the_text_as_it_was_typed(text, expected):
    patterns = [
        Pattern(text="dog", deed=Deed.REPLACE, replacement="pup"),
        Pattern(text="big dog", deed=Deed.REPLACE, replacement="beast"),
        Pattern(text=r"\b\d+\b", deed=Deed.REPLACE, replacement="#", reading=Reading.EXPRESSION),
    ]

    assert compiled(patterns).judge({"prompt": text}).texts.get("prompt") == expected


def test_of_two_patterns_that_read_alike_the_stricter_holds():
    for deeds in ([Deed.FLAG, Deed.BLOCK], [Deed.BLOCK, Deed.FLAG]):
        patterns = [Pattern(text=text, deed=deed) for text, deed in zip(("Nude", "nude"), deeds, strict=True)]
        assert blocks(compiled(patterns), "nude")


def test_an_expression_is_searched_for_in_the_plain_text():
    blocklist = listed(Pattern(text="school ?girls?", reading=Reading.EXPRESSION))

    assert blocks(blocklist, "ＳＣＨООＬ\u200bgirl")
    assert not blocks(blocklist, "school of girls")


NATIVE = [
    ("секс", ["секс", "СЕКС", "cекс", "сeкс", "cekс", "CЕKC", "сεкс", "с е к с", "c e к c", "C-Е-К-С"]),
    ("порно", ["порно", "пopнo", "ПOPHO", "пοрно"]),
    ("водка", ["водка", "вoдка", "BОДKА"]),
    ("мат", ["мат", "мaт", "MАТ"]),
    ("сосо", ["сосо", "coсo", "с о с о"]),
    ("καλι", ["καλι", "kαλι", "ΚAΛΙ", "κаλι", "k a λ i"]),
]


@pytest.mark.parametrize(("word", "texts"), NATIVE)
@pytest.mark.parametrize("reading", Reading)
def test_a_word_of_another_script_is_found_with_latin_letters_in_it(word, texts, reading):
    blocklist = listed(Pattern(text=word, reading=reading))
    texts = [text for text in texts if reading is Reading.WORDS or text[1] not in " -"]  # spelled out are words alone

    assert [text for text in texts if not blocks(blocklist, f"the {text}, ну")] == []


@pytest.mark.parametrize("reading", Reading)
def test_a_latin_word_is_none_of_another_script(reading):
    blocklist = listed(*(Pattern(text=each, reading=reading) for each in ("мат", "вот", "нет", "секс")))

    for text in ("tomato", "mat", "BOT", "a bot и net", "t o m a t o", "томат" if reading is Reading.WORDS else ""):
        assert not blocks(blocklist, text)


def test_what_is_replaced_in_another_script_is_replaced_where_it_stood():
    swap = Pattern(text="секс", deed=Deed.REPLACE, replacement="чай")

    assert listed(swap).judge({"prompt": "ﬁne cекс, ß"}).texts == {"prompt": "ﬁne чай, ß"}


@given(st.text(st.sampled_from("aHтсßﬁίΣ n🇳é\u0301") | st.characters()))
def test_both_plain_texts_are_of_one_length(text):
    bare = plain(text)

    assert len(bare.text) == len(bare.native) == len(bare.origins)
    assert [word[1:] for word in bare.words()] == [word[1:] for word in bare.native_words()]


def test_who_is_refused_does_not_learn_by_what():
    refused = refusal_of_texts(listed("nude").judge({"prompt": "nude"}))

    assert refused is not None
    assert "nude" not in f"{refused!r}"
    assert refusal_of_texts(listed("nude").judge({"prompt": "cat"})) is None


def test_a_text_without_end_is_refused_and_not_read():
    with pytest.raises(SubmissionError, match="at most 20,000"):
        listed("nude").judge({"prompt": "a" * (MOST_CHARACTERS + 1)})


def test_an_empty_list_lets_everything_pass():
    assert compiled([]).judge({"prompt": "anything"}) == compiled([]).judge({})


_SLOW = st.sampled_from([".{0,39}.{0,39}z", ".{0,19}z", r"\w+\d", "ab.*c", "(a|b|c){1,3}d", "x", "^.*.*y"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_SLOW, st.integers(0, 99)), max_size=60))
def test_whatever_was_taken_one_by_one_has_a_bound_on_all_its_steps(wanted):
    taken: list[Pattern] = []
    for text, number in wanted:
        pattern = Pattern(text=f"{text}{number}", reading=Reading.EXPRESSION)
        if refusal_of_pattern(pattern, taken) is None:
            taken = [each for each in taken if each.key != pattern.key] + [pattern]

    assert compiled(taken).steps <= MOST_STEPS_OF_ALL


def test_fifty_slow_expressions_are_not_taken_and_say_why():
    slow = [Pattern(text=f".{{0,39}}z{number}", reading=Reading.EXPRESSION) for number in range(MOST_EXPRESSIONS)]
    fitting = next(count for count in range(MOST_EXPRESSIONS) if refusal_of_pattern(slow[count], slow[:count]))

    assert 3 <= fitting <= 10
    assert "too long" in str(refusal_of_pattern(slow[fitting], slow[:fitting]))


def test_what_was_put_on_a_list_before_there_was_a_bound_still_holds():
    assert blocks(listed(Pattern(text=".*.*z", reading=Reading.EXPRESSION)), "a z")


WORDS = [Pattern(text=f"word{number}") for number in range(MOST_PATTERNS)]
EXPRESSIONS = [Pattern(text=f"x{number}", reading=Reading.EXPRESSION) for number in range(MOST_EXPRESSIONS)]


@pytest.mark.parametrize(
    ("pattern", "known", "sentence"),
    [
        (NUDE, [], None),
        (Pattern(text="裸"), [], None),
        (Pattern(text="!?"), [], "A word has a letter"),
        (Pattern(text="\u200b"), [], "A word has a letter"),
        (Pattern(text=""), [], "A word has a letter"),
        (Pattern(text="a" * 101), [], "at most 100"),
        (Pattern(text="a", deed=Deed.REPLACE, replacement="b" * 101), [], "at most 100"),
        (Pattern(text="(a+)+", reading=Reading.EXPRESSION), [], "very long search"),
        (Pattern(text="a+", reading=Reading.EXPRESSION), [], None),
        (Pattern(text=".{0,39}.{0,39}z1", reading=Reading.EXPRESSION), [], "a long search"),
        (Pattern(text=r"\bfoo\b.*\bbar\b", reading=Reading.EXPRESSION), [], None),
        (NUDE, WORDS, "The blocklist is full"),
        (replace(WORDS[0], deed=Deed.FLAG), WORDS, None),
        (Pattern(text="y", reading=Reading.EXPRESSION), EXPRESSIONS, "Use words"),
        (replace(EXPRESSIONS[0], deed=Deed.FLAG), EXPRESSIONS, None),
    ],
)
def test_what_may_be_put_on_the_list(pattern, known, sentence):
    refused = refusal_of_pattern(pattern, known)

    assert sentence in str(refused) if sentence else refused is None


@pytest.mark.parametrize(
    "text",
    [
        ".", ".+", "..?", ".{1,3}", "^.", ".$", "(.)", r"[\s\S]", r"\S", "[^ ]", r"\w|\W", r"\d|\D", "x|.", "[^я].?|я",
        ".*", "a?",
    ],
)  # fmt: skip
def test_an_expression_that_is_found_in_every_text_is_not_taken(text):
    refused = refusal_of_pattern(Pattern(text=text, reading=Reading.EXPRESSION), [])

    assert str(refused) == "This would be found in every text: add letters, so that it is found in some."


@pytest.mark.parametrize("text", [r"\w", r"\d", r"\W", "[^a-z]", "[а-я]", "a|b", ".x", r"\b\w\b\d", "[!-~]", r"\."])
def test_an_expression_that_some_texts_do_not_have_is_taken(text):
    assert refusal_of_pattern(Pattern(text=text, reading=Reading.EXPRESSION), []) is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=12))
def test_whatever_is_listed_is_found_in_whatever_stands_around_it(text, word):
    pattern = Pattern(text=word)
    if refusal_of_pattern(pattern, []) is None:
        assert blocks(compiled([pattern]), f"{text} \n {word} \n {text}")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_is_beyond_judging(text):
    swap = Pattern(text=".", reading=Reading.EXPRESSION, deed=Deed.REPLACE, replacement="")
    ruling = compiled([swap]).judge({"prompt": text})

    assert ruling.blocked is None


def test_ten_thousand_marks_on_a_letter_are_judged():
    assert blocks(listed("nude"), "nude " + "a" + "\u0301\u0323\u3099" * 4_000)
