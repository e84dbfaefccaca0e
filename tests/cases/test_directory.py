import csv
import unicodedata
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.directory import COLUMNS, Directory, Person, folded, one_spelling, read_directory
from cases.errors import DirectoryRefused
from cases.people import Role

SAMPLE = (Path(__file__).parents[1] / "samples" / "directory.csv").read_text(encoding="utf-8")
HEADER = "staff_number,name,email,personnel_type,function,unit,office,supervisor,roles"


def line(number, *, name="Ana Lima", email="", kind="staff", supervisor="", roles=""):
    return f"{number},{name},{email},{kind},Associate,FIELD,NORTH,{supervisor},{roles}"


def told(*lines):
    return "\n".join([HEADER, *lines, ""])


def refused(text):
    with pytest.raises(DirectoryRefused) as refusal:
        read_directory(text)
    return list(refusal.value.lines)


def people(**bosses):
    return Directory(
        tuple(Person(number, number, "", "staff", "", "", "", boss, frozenset()) for number, boss in bosses.items())
    )


def above(directory, number):
    return [person.staff_number for person in directory.line_above(number)]


def test_the_sample_directory_is_read_whole():
    directory = read_directory(SAMPLE)
    assert len(directory) == len(SAMPLE.splitlines()) - 1
    assert [person.staff_number for person in directory][:3] == ["S0001", "S0002", "S0010"]
    assert directory.person("S0020").function == "Director, Human Resources"
    assert directory.person("S0018").roles == {Role.GATEKEEPER}
    assert directory.person("S0010").roles == {Role.HEAD, Role.SUPERVISOR}
    assert directory.person("S0104").personnel_type == "unv"
    assert directory.by_email("C0070@Oversight.Example").staff_number == "S0070"
    assert above(directory, "S0102") == ["S0101", "S0100", "S0002", "S0001"]
    assert above(directory, "S0001") == []


def test_the_columns_may_come_in_any_order():
    rows = list(csv.DictReader(StringIO(SAMPLE)))
    other = StringIO()
    writer = csv.DictWriter(other, sorted(COLUMNS, reverse=True))
    writer.writeheader()
    writer.writerows(rows)
    assert read_directory(other.getvalue()) == read_directory(SAMPLE)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_marks_blank_lines_and_line_ends_do_not_matter(ending):
    lines = SAMPLE.splitlines()
    assert read_directory("\ufeff" + (ending * 2).join(lines)) == read_directory(SAMPLE)


def test_several_roles_are_parted_by_spaces_or_semicolons():
    directory = read_directory(told(line("S1", roles="intake head"), line("S2", roles="auditor; monitor;")))
    assert directory.person("S1").roles == {Role.INTAKE, Role.HEAD}
    assert directory.person("S2").roles == {Role.AUDITOR, Role.MONITOR}


def test_numbers_are_kept_in_capitals_however_either_line_spells_them():
    for one, other in (("b2 ", "B2"), ("B2", "b2"), ("b2", "b2")):
        directory = read_directory(told(line("s1", supervisor=one), line(other)))
        assert [person.staff_number for person in directory] == ["S1", "B2"]
        assert directory.person(" s1").supervisor == "B2"
        assert directory.is_below("S1", "b2")


@given(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6))
@example("S1K", "s1\u212a")  # the Kelvin sign: a capital K of its own
@example("S1", "S1\u00a0")
@example("straße", "STRASSE")
def test_whatever_compares_as_one_number_is_kept_as_one(number, other):
    assert (one_spelling(number) == one_spelling(other)) == (folded(number) == folded(other))
    for spelled in (number, number.upper(), number.lower(), f" {number} "):
        if folded(spelled) == folded(number):
            assert one_spelling(spelled) == one_spelling(one_spelling(number))


def test_whoever_supervises_somebody_holds_that_role_besides_those_written():
    directory = read_directory(
        told(
            line("S1", roles="intake"),
            line("S2", supervisor="s1"),
            line("S3", roles="supervisor head", supervisor="S2"),
            line("S4", roles="supervisor"),
        )
    )
    assert {person.staff_number: person.roles for person in directory} == {
        "S1": {Role.INTAKE, Role.SUPERVISOR},
        "S2": {Role.SUPERVISOR},
        "S3": {Role.SUPERVISOR, Role.HEAD},
        "S4": {Role.SUPERVISOR},
    }
    later = read_directory(told(line("S1", roles="intake"), line("S2")))
    assert later.person("S1").roles == {Role.INTAKE}


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (line(""), "staff_number is empty"),
        (line("S1", name='" \u00a0"'), "name is empty"),
        (line("S1", kind="guest"), "personnel_type 'guest'"),
        (line("S1", kind=""), "personnel_type ''"),
        (line("S1", roles="intake king"), "role 'king'"),
        (line("S1", supervisor="S9"), "supervisor 'S9' is not in the file"),
        (line("S1", supervisor="S1"), "circle: S1 → S1"),
        (line("S1", email="nobody"), "'nobody' is not an address"),
        (line("S1", email="a@b"), "is not an address"),
        (line("S1", email="a b@c.example"), "is not an address"),
        (line("S1", email="a@b@c.example"), "is not an address"),
        (line("S1", email="a@-c.example"), "is not an address"),
        (line("S1", email="a@c..example"), "is not an address"),
        (line("S1", email="ann\u00e9@c.example"), "is not an address"),
        (line("S1", email="a" * 250 + "@c.example"), "is not an address"),
        (line("S1", name="A\0na"), "name holds a control character"),
        (line("S1", name="Ana\x1b[31m"), "name holds a control character"),
        (line("S1", name="Ana\x1c"), "name holds a control character"),
        (line("S1", name="Ana\u0085"), "name holds a control character"),
        (line("S1", name="Ana\ud800"), "name holds a control character"),
        (line("S1\0"), "staff_number holds a control character"),
        (line("S1") + ",more", "10 fields where the header has 9"),
        ("S1,Ana", "2 fields where the header has 9"),
        (line("S1", name='"Ana" Lima'), "not CSV from here on"),
        (line("S1", name='"Ana'), "not CSV from here on"),
    ],
)
def test_every_fault_is_told_with_its_line(fault, says):
    [(number, what)] = refused(told(line("S5"), fault))
    assert number == 3
    assert says in what


def test_a_number_or_address_given_twice_is_told_where_it_repeats():
    lines = [line("S1", email="a@b.example"), line("s1", email="A@B.Example"), line("S2"), line("S3")]
    assert refused(told(*lines)) == [
        (3, "staff_number repeats that of line 2"),
        (3, "email repeats that of line 2"),
    ]


def test_all_faults_are_told_at_once_on_their_real_lines():
    lines = [
        line("S1", name='"Ana\nMaria\r\nLima"'),
        line("S2", kind="guest", roles="king queen"),
        "",
        line("S3", name='"one\ntwo\0"', email="x"),
        "S4,Ana",
        line("S5", supervisor="S9"),
        line("S6", supervisor="S4"),
    ]
    assert [number for number, _ in refused(told(*lines))] == [5, 5, 5, 7, 7, 9, 10]


def test_one_stray_comma_does_not_accuse_a_whole_office():
    office = [line(f"S{number}", supervisor="S0") for number in range(1, 30)]
    assert refused(told(line("S0") + ",", *office)) == [(2, "10 fields where the header has 9")]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", {f"no column {column!r}" for column in COLUMNS}),
        (HEADER + ",salary", {"unknown column 'salary'"}),
        (HEADER.replace(",email", ""), {"no column 'email'"}),
        (HEADER.replace("email", "Email"), {"unknown column 'Email'", "no column 'email'"}),
        (HEADER + ",name", {"column 'name' comes more than once"}),
        (HEADER.replace("name", "name\0"), {"unknown column 'name\\x00'", "no column 'name'"}),
    ],
)
def test_a_wrong_header_is_told_on_line_one(header, says):
    assert set(refused("\n".join([header, line("S1")]) if header else "")) == {(1, what) for what in says}


def test_a_header_with_semicolons_is_not_mistaken_for_a_directory():
    assert refused(SAMPLE.replace(",", ";"))[0][0] == 1


def test_each_circle_of_supervisors_is_told_once_on_its_first_line():
    lines = [
        line("S1", supervisor="S3"),
        line("S2", supervisor="S1"),
        line("S3", supervisor="S2"),
        line("S4", supervisor="S1"),
        line("S6", supervisor="S5"),
        line("S5", supervisor="S6"),
        line("S7"),
    ]
    assert refused(told(*lines)) == [
        (2, "supervisors go in a circle: S1 → S3 → S2 → S1"),
        (6, "supervisors go in a circle: S6 → S5 → S6"),
    ]


def test_a_file_with_faults_changes_nothing_and_an_empty_one_is_nobody():
    assert len(read_directory(HEADER)) == 0
    assert read_directory(HEADER).by_email("") is None


def test_two_people_cannot_share_a_number_or_an_address():
    one = Person("S1", "A", "a@b.example", "staff", "", "", "", None, frozenset())
    two = Person("S2", "A", "A@B.example", "staff", "", "", "", None, frozenset())
    with pytest.raises(ValueError, match="share"):
        Directory((one, two))
    with pytest.raises(ValueError, match="share"):
        Directory((one, one))


@pytest.mark.parametrize(
    "spelling",
    [
        "José María Ñandú",
        "NANDU, jose maria",
        "jose\u0301  mari\u0301a n\u0303andu\u0301",
        "María José Ñandú",
        "Jose-Maria Nandu",
    ],
)
def test_a_name_is_found_in_any_case_accent_order_and_form(spelling):
    directory = read_directory(told(line("S1", name="José María Ñandú"), line("S2", name="Jose Maria")))
    assert [person.staff_number for person in directory.by_name(spelling)] == ["S1"]


def test_namesakes_are_all_found_and_no_name_finds_nobody():
    directory = read_directory(told(line("S1", name="Анна Йонас"), line("S2", name="йонас анна"), line("S3", name=".")))
    assert [person.staff_number for person in directory.by_name("Йонас, Анна")] == ["S1", "S2"]
    assert directory.by_name("") == directory.by_name(" ,.- ") == directory.by_name("Анна") == ()


@given(st.text(alphabet=st.characters(categories=["L"], max_codepoint=0x24F), min_size=1))
def test_a_name_is_found_however_its_letters_are_composed(name):
    directory = Directory((Person("S1", name, "", "staff", "", "", "", None, frozenset()),))
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert directory.by_name(unicodedata.normalize(form, name)) == directory.people


def test_lines_of_supervision_survive_circles_and_gaps():
    circle = people(A="B", B="C", C="A", D="A", E="E", F="GONE")
    assert above(circle, "A") == ["B", "C"]
    assert above(circle, "D") == ["A", "B", "C"]
    assert above(circle, "E") == above(circle, "F") == above(circle, "GONE") == above(circle, "") == []
    assert circle.is_below("D", "C")
    assert circle.is_below("F", "gone")
    assert not circle.is_below("A", "D")
    assert not circle.is_below("E", "E")
    assert not circle.is_below("NOBODY", "A")


NUMBERS = st.sampled_from([f"S{number}" for number in range(8)])


@given(st.dictionaries(NUMBERS, st.none() | NUMBERS | st.just("GONE")))
def test_whoever_is_above_is_above_at_any_depth_and_nobody_twice(bosses):
    directory = people(**bosses)
    for number in bosses:
        line_above = above(directory, number)
        assert len(line_above) == len(set(line_above))
        assert number not in line_above
        assert all(directory.is_below(number, boss) for boss in line_above)
        assert line_above[:1] == [boss for boss in [bosses[number]] if boss in bosses and boss != number]


@given(st.dictionaries(NUMBERS, st.none() | NUMBERS, min_size=1))
def test_a_file_is_refused_exactly_when_supervision_has_a_gap_or_a_circle(bosses):
    text = told(*(line(number, supervisor=boss or "") for number, boss in bosses.items()))
    gap = any(boss is not None and boss not in bosses for boss in bosses.values())
    circle = any(loops(bosses, number) for number in bosses)
    if gap or circle:
        assert refused(text)
    else:
        assert len(read_directory(text)) == len(bosses)


def loops(bosses, start):
    at = bosses[start]
    for _ in bosses:
        if at == start:
            return True
        at = bosses.get(at)
    return False


@given(st.text(), st.text(alphabet=',"\n\r; S1\0', max_size=60))
@example("", "x" * 200_000)
def test_no_text_makes_reading_fail_in_any_other_way(noise, more):
    for text in (noise, f"{HEADER}\n{noise}", told(line("S1"), more)):
        with suppress(DirectoryRefused):
            assert isinstance(read_directory(text), Directory)


@given(st.text(alphabet=',"\n\r; S1\0', max_size=60))
def test_a_fault_is_always_on_a_line_the_file_has(noise):
    text = told("S1", noise)
    assert {number for number, _ in refused(text)} <= set(range(1, len(StringIO(text, newline="").readlines()) + 1))
