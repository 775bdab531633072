"""In which encoding a text table is, and by what its fields are parted."""

import pytest

from fairmoe.data import ReadOptions, read_table
from fairmoe.data.reading.text import decode, find_delimiter
from fairmoe.errors import InvalidInputError

WORDS = {
    "gb18030": ["张三", "北京市朝阳区", "李四", "上海"],
    "big5": ["張三", "臺北市", "李四", "高雄"],
    "cp932": ["田中", "東京都", "鈴木", "大阪"],
    "cp949": ["김철수", "서울특별시", "이영희", "부산"],
    "cp1250": ["Łukasz", "Łódź", "Żaneta", "Częstochowa"],
    "cp1251": ["Иван", "Москва", "Ольга", "Казань"],
    "koi8_r": ["Иван", "Москва", "Ольга", "Казань"],
    "cp1253": ["Γιώργος", "Αθήνα", "Μαρία", "Θεσσαλονίκη"],
    "cp1254": ["Ayşe", "İstanbul", "Oğuz", "Eskişehir"],
    "cp1255": ["דוד", "ירושלים", "שרה", "חיפה"],
    "cp1256": ["محمد", "القاهرة", "فاطمة", "الرياض"],
    "cp874": ["สมชาย", "กรุงเทพ", "สมหญิง", "เชียงใหม่"],
}


def table_of(words: list[str]) -> str:
    first, second, third, fourth = words
    rows = (f"{first}{i},{second},{i}\n{third},{fourth},{i}.5\n" for i in range(20))
    return "name,city,income\n" + "".join(rows)


@pytest.mark.parametrize("encoding", WORDS)
def test_other_encodings_are_guessed_and_said(encoding):
    text = table_of(WORDS[encoding])
    found, named = decode(text.encode(encoding))
    assert found == text
    assert named == f"{encoding} (guessed)"
    assert read_table(text.encode(encoding)).notes == (f"{encoding} (guessed), comma-separated.",)


@pytest.mark.parametrize(
    "words",
    [
        ["Zoé", "Orléans", "François", "Nîmes"],
        ["Jörg", "Müllerstraße", "Käthe", "Köln"],
        ["José", "Logroño", "Begoña", "Cádiz"],
        ["João", "São Paulo", "Conceição", "Goiânia"],
        ["Þór", "Ísafjörður", "Ægir", "Húsavík"],
        ["£5", "½", "5 €", "¼"],
    ],
)
def test_western_texts_are_latin_1(words):
    text = table_of(words)
    assert decode(text.encode("cp1252")) == (text, "Latin-1 (guessed)")


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16", "utf-8-sig"])
def test_marks_of_the_byte_order_are_heeded_and_left_out(encoding):
    text = table_of(WORDS["cp1250"])
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("words", [("女", "男"), ("是", "否"), ("通过", "未通过")])
def test_a_few_words_of_chinese_are_no_western_signs(words):
    text = "".join(f"{words[i % 2]},{i},{'yes' if i % 3 else 'no'}\n" for i in range(60))
    text = f"性别,age,approved\n{text}"
    assert decode(text.encode("gb18030")) == (text, "gb18030 (guessed)")


def test_few_letters_are_no_ground_to_guess():
    assert decode("имя,a\nя,1\n".encode("cp1251"))[1] == "Latin-1 (guessed)"


def test_a_guess_is_overruled():
    content = "имя,a\nя,1\nю,2\n".encode("cp1251")
    table = read_table(content, options=ReadOptions(encoding="cp1251"))
    assert list(table.frame.columns) == ["имя", "a"]
    assert table.notes == ("cp1251, comma-separated.",)


@pytest.mark.parametrize("encoding", ["latin-99", "utf-8", "ascii"])
def test_an_encoding_that_does_not_fit_is_refused(encoding):
    with pytest.raises(InvalidInputError) as caught:
        decode("é,a\n1,2\n".encode("cp1252"), encoding)
    assert str(caught.value) == (
        f"The encoding of the file is needed; however, '{encoding}' is none, or does not fit. Name "
        "another, such as utf-8, cp1252, cp1250 or gb18030, or none."
    )


@pytest.mark.parametrize(
    ("text", "needed", "delimiter"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", (), ";"),
        ("title, of two\n\na;b;c\n1;2;3\n4;5;6\n", (), ";"),
        ("a\tb\n1,2\t3,4\n", (), "\t"),
        ("a,b;c,d\n1,2;3,4\n", (), ","),
        ("a,b;c,d\n1,2;3,4\n", ("a,b",), ";"),
        ("x\n", (), ","),
    ],
)
def test_the_delimiter_is_what_most_rows_agree_on(text, needed, delimiter):
    assert find_delimiter(text, needed) == delimiter


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "mac_roman"])
@pytest.mark.parametrize("word", ["Zürich Genève", "garçon forêt été", "père élève"])
def test_letters_of_dos_and_of_the_old_macintosh_are_known(encoding, word):
    text = "name;town\n" + "\n".join(f"{word} {i};{i % 2}" for i in range(30))
    found, named = decode(text.encode(encoding))
    assert found == text
    assert named == ("mac_roman (guessed)" if encoding == "mac_roman" else "cp850 (guessed)")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8"])
def test_western_texts_are_not_taken_for_those_of_dos(encoding):
    text = "name;town\n" + "\n".join(f"Zürich Genève garçon été {i};{i % 2}" for i in range(30))
    found, named = decode(text.encode(encoding))
    assert found == text
    assert named == ("UTF-8" if encoding == "utf-8" else "Latin-1 (guessed)")


def test_signs_of_windows_are_not_taken_for_letters_of_dos():
    text = "note\n" + "\n".join("l’été – a “day”… 5 € Škoda Žižkov" for _ in range(30))
    assert decode(text.encode("cp1252"))[0] == text
