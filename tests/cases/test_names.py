import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.directory import Directory, Person
from cases.names import likeness, plain, read_name, slipped
from cases.names.index import MOST_PROPOSED, Index
from cases.names.letters import skeleton_of, sounds_of
from cases.names.pinyin import parts_of, readings

MAY_BE_ONE = [
    # order, accents, punctuation, letters that no normal form takes apart
    ("José Ñandú", "NANDU, jose"),
    ("Søren Łukasz", "Soren Lukasz"),
    ("Đặng Straße", "dang strasse"),
    ("Hans Müller", "Mueller Hans"),
    ("Sean O'Brien", "Sean OBrien"),
    ("Anne-Marie Dubois", "Annemarie Dubois"),
    # Spanish, French, Dutch: particles, one of two surnames
    ("María García López", "María García"),
    ("María García López", "Maria Lopez"),
    ("Juan de la Cruz", "Juan Cruz"),
    ("Juan De La Cruz", "Juan Delacruz"),
    ("Jan van der Berg", "Jan Berg"),
    ("Léa du Pont", "Lea Dupont"),
    ("José María Aznar López", "José Aznar"),
    # Russian, in the letters of several languages
    ("Иван Петров", "Petrov Ivan"),
    ("Юлия Щербакова", "Iuliia Shcherbakova"),
    ("Юлия Щербакова", "Yulia Shcherbakova"),
    ("Юлия Щербакова", "Julija Schtscherbakowa"),
    ("Александр Пушкин", "Alexandre Pouchkine"),
    ("Фёдор Достоевский", "Fedor Dostoevsky"),
    ("Федор Достоевский", "Fyodor Dostoyevsky"),
    ("Дмитрий Медведев", "Dmitry Medvedev"),
    ("Георгий Жуков", "Gueorgui Joukov"),
    ("Сергей Хрущёв", "Sergei Khrushchev"),
    ("Григорьев Андрей", "Andrey Grigor'ev"),
    ("Оксана Їжак", "Oksana Yizhak"),
    # Arabic: consonants, article, the servant of, what Latin letters make of one name
    ("محمد حسن", "Muhammad Hasan"),
    ("محمد علي حسن", "Mohamed Ali Hassan"),
    ("علي حسن", "Ali Hassan"),
    ("عبد الرحمن السيد", "Abdul Rahman El-Sayed"),
    ("عبدالرحمن السيد", "Abdurrahman Alsayed"),
    ("عبدالله خالد", "Khaled Abdallah"),
    ("فاطمة الزهراء", "Fatima Zahra"),
    ("يوسف منصور", "Youssef Mansour"),
    ("أحمد بن سعيد", "Ahmad Said"),
    ("أحمد شفيق", "احمد شفيق"),
    ("جمال خليل", "Gamal Khalil"),
    ("Mohamed Hussein", "Muhammad Husain"),
    ("Omar Alsayed", "Omar al-Sayed"),
    ("Abubakar Ibrahim", "Abu Bakr Ibrahim"),
    # Chinese: surname first or last, one word or two, readings that only names have
    ("张伟", "Zhang Wei"),
    ("张小明", "Xiaoming Zhang"),
    ("張小明", "Zhang Xiao-ming"),
    ("张 小明", "Zhang Xiaoming"),
    ("欧阳娜娜", "Ouyang Nana"),
    ("曾国藩", "Zeng Guofan"),
    ("单雄信", "Shan Xiongxin"),
    ("吕布布", "Lv Bubu"),
    ("吕布布", "Lyu Bubu"),
    ("Zhang Wei 张伟", "张伟"),
    # one slip, one initial
    ("John Smith", "Jhon Smith"),
    ("John Smith", "John Smoth"),
    ("Katarina Novak", "Kaarina Novak"),
    ("John Smith", "J. Smith"),
]
ARE_NOT_ONE = [
    ("Ana Lima", "Ana Souza"),
    ("Ana Lima", "Ana"),
    ("Ivan Petrov", "Igor Petrov"),
    ("Иван Петров", "Igor Petrov"),
    ("Hassan Ali", "Hussein Ali"),
    ("محمد علي", "Mahmoud Omar"),
    ("张伟", "Zhang Lei"),
    ("Liu Wei", "Lu Wei"),
    ("王英", "Wang Ling"),
    ("Maria Garcia Lopez", "Maria Garcia Diaz"),
    ("Kataripa Nodak", "Katarina Novak"),  # two slips
    ("J. S. Bach", "John Smith"),
    ("Mara Stein", "Moira Stein"),
    ("Colleague 0101", "Colleague 0107"),
    ("Colleague 0010", "Colleague 0100"),
    ("Ana Lima", ""),
    ("", ""),
]
LETTERS = st.text(alphabet=st.characters(categories=["L", "M", "Zs", "Pd", "Nd"]), max_size=24)
WORDS = st.sampled_from(sorted({word for pair in MAY_BE_ONE for name in pair for word in name.split()}))
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


def alike(one, other):
    return likeness(read_name(one), read_name(other))


def called(*names):
    return Directory(
        tuple(Person(f"S{at}", name, "", "staff", "", "", "", None, frozenset()) for at, name in enumerate(names))
    )


def proposed(directory, name):
    return [person.name for person in directory.propose(name)]


@pytest.mark.parametrize(("one", "other"), MAY_BE_ONE)
def test_two_spellings_of_one_name_are_alike_and_each_proposes_the_other(one, other):
    assert 0 < alike(one, other) <= 1
    assert proposed(called(one, "Nobody Atall"), other) == [one]
    assert proposed(called("Nobody Atall", other), one) == [other]


@pytest.mark.parametrize(("one", "other"), ARE_NOT_ONE)
def test_names_of_two_people_are_not_alike(one, other):
    assert alike(one, other) == 0
    if one:
        assert one not in proposed(called(one, "Nobody Atall", "Ana Maria"), other) or " " not in other


@given(NAMES | LETTERS, NAMES | LETTERS)
def test_likeness_has_no_direction_and_stays_within_its_bounds(one, other):
    assert alike(one, other) == pytest.approx(alike(other, one))
    assert 0 <= alike(one, other) <= 1


@given(NAMES, st.randoms())
def test_order_case_and_marks_never_matter(name, random):
    words = name.split()
    random.shuffle(words)
    other = unicodedata.normalize("NFD", " ".join(words).upper())
    assert plain(other) == plain(name)
    if len(words) > 1:
        assert alike(name, unicodedata.normalize("NFD", name.upper())) == alike(name, name)


@given(st.lists(NAMES | LETTERS, max_size=12), NAMES | LETTERS)
def test_an_index_finds_the_very_names_that_comparing_all_of_them_finds(names, said):
    wanted = {at for at, name in enumerate(names) if alike(name, said) > 0}
    found = Index(names).propose(said)
    assert len(found) == len(set(found)) <= MOST_PROPOSED
    if len(wanted) <= MOST_PROPOSED:
        assert wanted <= set(found)
    if len(read_name(said).words) > 1:
        assert set(found) <= wanted
        ranks = [alike(names[at], said) for at in found]
        assert ranks == sorted(ranks, reverse=True)


def test_no_more_than_ten_are_proposed_and_the_likeliest_come_first():
    directory = called(*[f"Maria Garcia Soto{one}" for one in "ABCDEFGHIJKL"], "Maria Garcai", "María García")
    found = proposed(directory, "Maria Garcia")
    assert len(found) == MOST_PROPOSED
    assert found[0] == "María García"


def test_a_single_word_proposes_only_where_few_bear_it():
    few = called("Ana Kowalski", "Jan Kowalski", "Ana Lima")
    assert proposed(few, "Ковальски") == ["Ana Kowalski", "Jan Kowalski"]
    many = called(*(f"{name} Kowalski" for name in ("Ana", "Jan", "Eva", "Ola")))
    assert proposed(many, "Kowalski") == []


def test_namesakes_beyond_ten_are_all_found_by_their_exact_name():
    directory = called(*["Ana Lima"] * 15)
    assert len(directory.propose("Ana Lima")) == MOST_PROPOSED
    assert len(directory.by_name("lima, ana")) == 15


def test_a_directory_of_nobody_proposes_nobody():
    assert called().propose("Ana Lima") == called("Ana Lima").propose("") == called("Ana Lima").propose("?!") == ()


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("lima", "lina", True),
        ("lima", "lima", False),
        ("lima", "lim", True),
        ("lima", "limaa", True),
        ("lima", "lmia", True),
        ("lima", "amil", False),
        ("lima", "limaxx", False),
        ("0101", "0107", False),
        ("smith", "msith", True),
        ("smith", "smiht", True),
        ("smith", "tmihs", False),
    ],
)
def test_a_slip_is_one_letter_wrong_missing_or_too_many_or_two_turned(one, other, slip):
    assert slipped(one, other) is slipped(other, one) is slip


def test_latin_spellings_of_one_sound_come_together():
    assert len(frozenset.intersection(*map(sounds_of, ("pushkin", "pouchkine", "puschkin")))) == 1
    assert sounds_of("lima") != sounds_of("rima")


def test_the_consonants_of_an_arabic_name_are_those_of_its_latin_spellings():
    for arabic, latin in (("محمد", "mohammed"), ("عبدالرحمن", "abdulrahman"), ("وليد", "walid"), ("شيماء", "shaimaa")):
        assert skeleton_of(arabic) == skeleton_of(latin)


def test_every_reading_is_a_plain_syllable_and_surnames_are_read_their_own_way():
    known = readings()
    assert len(known.characters) > 7_000
    for said in (*known.characters.values(), *known.surnames.values(), *known.double_surnames.values()):
        assert all(one.isascii() and one.isalpha() and one.islower() for one in said)
    assert "zeng" in parts_of("曾国藩")[0]
    assert parts_of("欧阳娜娜")[0] == {"ouyang"}
    assert parts_of("\u3400")[0] == {"\u3400"}  # a character nobody knows stays itself


@given(st.text())
def test_no_text_makes_reading_a_name_fail(noise):
    read_name(noise)
    plain(noise)
    called("Ana Lima").propose(noise)
